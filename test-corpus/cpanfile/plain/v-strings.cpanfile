requires 'perl', 5.10.1;
requires 'A', v1.2;
requires 'B', v1.2.3;
requires 'C', v1;
requires 'D', 1.2.3;
requires 'E', 'v1.2.3';
requires 'F', '1.2.3';
