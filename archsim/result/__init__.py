"""archsim.result."""
