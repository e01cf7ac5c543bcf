requires('A', 1), requires('B', 2);
