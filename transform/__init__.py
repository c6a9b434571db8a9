"""The Lambda function that turns change records of the order table into rows; standard library only."""
