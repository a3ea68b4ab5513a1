"""archsim.architectures.npu_pim."""
