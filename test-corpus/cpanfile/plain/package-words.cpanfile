requires 'on';
requires 'feature' => 1;
requires 'requires';
requires 'sub';
requires 'if', '0.05';
