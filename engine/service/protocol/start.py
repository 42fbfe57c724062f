"""What a worker is told when it is started."""

ORDER_FOLLOWS = "order-follows"
"""An argument: who starts it knows what to ask, so it need not warm up for whatever comes."""
