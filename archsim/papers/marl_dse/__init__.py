"""Design-space exploration of a DRAM controller, as in ArchGym and its multi-agent study."""
