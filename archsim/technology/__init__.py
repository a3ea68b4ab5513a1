"""archsim.technology."""
