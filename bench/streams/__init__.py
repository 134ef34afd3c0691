"""Messages per second: Faust as it is, Faust with batch delivery, a loop written by hand."""
