requires 'A', '1';
conflicts 'A', '== 1.5';
