"""How a city begins: the first account, what is missing, imports with a look at them before."""
