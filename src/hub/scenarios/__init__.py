"""Scenario files: tests of the policy that legal staff can read (events in, outputs expected, outputs forbidden)."""
