"""archsim.papers."""
