# still read: B
require 'A';
requires 'B';
