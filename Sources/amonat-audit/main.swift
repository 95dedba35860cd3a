internal import ArgumentParser

AmonatAudit.main()
