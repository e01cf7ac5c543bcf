requires q{A};
requires q(B), q[1.0];
requires qq<C>, qq!2!;
requires qw(D 1);
requires qw/E/;
requires q 'F', q #comment
  "3";
requires q#G#;
