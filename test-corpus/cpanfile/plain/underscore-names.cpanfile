requires '_Private';
requires 'Local::_x', '0.01';
requires 'Foo::3D';
