"""archsim.workload."""
