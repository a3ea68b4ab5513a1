"""archsim.cli."""
