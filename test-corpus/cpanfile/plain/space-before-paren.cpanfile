requires ( 'A', '1' );
requires
  ( 'B' );
