requires "A";
requires "B