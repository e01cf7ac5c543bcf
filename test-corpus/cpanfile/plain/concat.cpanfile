requires 'Foo' . '::' . 'Bar';
requires 'A' => '>= ' . '1.5';
requires "B" . "::C", '1.' . '2';
