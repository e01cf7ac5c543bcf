requires 'A', '1' if 0;
requires 'B';
