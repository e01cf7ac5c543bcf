# requires 'No';
requires # here
  'A' # there
  , # and
  '1.0'; # requires 'No2';
#requires 'No3';
   # requires 'No4'
requires 'B'; # => '1'
