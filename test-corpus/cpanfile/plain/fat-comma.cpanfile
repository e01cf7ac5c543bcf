requires A => 1;
requires B
   => 3;
requires s => 1;
requires y => 2;
requires C #c
 => 4;
