requires('A');
requires('B', '1.0');
requires ('C' => 2.5) ;
requires(D => 1);
requires( "E" , "== 1.5" );
&requires('F');
