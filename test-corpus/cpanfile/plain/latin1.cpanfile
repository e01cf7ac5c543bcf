# é
requires 'A';
requires 'B'; # ü
