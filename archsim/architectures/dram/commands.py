"""Commands and policies as the compiled controller numbers them."""

ACT, PRE, RD, RDA, WR, WRA, PREA, REFA = range(8)
NONE = -1
COMMANDS = ("ACT", "PRE", "RD", "RDA", "WR", "WRA", "PREA", "REFA")
"""Activate, precharge, read, write (``A``: with auto-precharge), precharge all banks of a rank,
refresh all banks of a rank."""

PAGE_POLICIES = ("Open", "OpenAdaptive", "Closed", "ClosedAdaptive")
SCHEDULERS = ("Fifo", "FrFcfsGrp", "FrFcfs")
SCHEDULER_BUFFERS = ("Bankwise", "ReadWrite", "Shared")
RESP_QUEUES = ("Fifo", "Reorder")
REFRESH_POLICIES = ("NoRefresh", "AllBank")
ARBITERS = ("Simple", "Fifo", "Reorder")

OPEN, OPEN_ADAPTIVE, CLOSED, CLOSED_ADAPTIVE = range(4)
FIFO, FRFCFS_GRP, FRFCFS = range(3)
BANKWISE, READ_WRITE, SHARED = range(3)
IN_CAS_ORDER, IN_REQUEST_ORDER = range(2)
NO_REFRESH, ALL_BANK = range(2)
ARBITER_SIMPLE, ARBITER_FIFO, ARBITER_REORDER = range(3)

BANK, GROUP, RANK, OTHER_RANKS = range(4)
"""Where a timing constraint holds."""
