# still read: A Foo::Bar B::C
requires A => 1;
requires Foo::Bar => '2';
requires B::C
   => 3;
