"""The flow: Faust agents that hand batches of raw records to the service and acknowledge what it has committed."""
