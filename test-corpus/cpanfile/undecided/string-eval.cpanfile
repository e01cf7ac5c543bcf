eval "requires 'A';";
requires 'B';
