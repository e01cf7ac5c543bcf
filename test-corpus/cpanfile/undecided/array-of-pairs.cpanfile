requires @$_ for ['A', 1], ['B', 2];
