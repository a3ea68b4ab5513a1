"""archsim.architectures."""
