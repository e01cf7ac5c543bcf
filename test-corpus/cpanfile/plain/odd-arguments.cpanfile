requires 'F', '>1', '<2';
requires 'A', 1, 'B', 2;
