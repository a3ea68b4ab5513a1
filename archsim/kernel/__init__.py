"""archsim.kernel."""
