requires

  'A'

  =>

  '1'

  ;
on
  'test'
  =>
  sub
  {
  requires
  'B'
  }
