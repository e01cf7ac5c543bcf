requires 'A';
requires 'B'