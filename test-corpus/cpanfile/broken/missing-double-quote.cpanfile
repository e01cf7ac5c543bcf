# still read: B C
requires "A, "1.0";
requires "B";
requires "C", "2";
