requires 'A', sprintf('%.2f', 1.5);
requires sprintf('%s::%s', 'B', 'C');
