"""The sections of the chart: each holds the choices on one matter and says what is wrong with them."""
