conflicts 'Catalyst::Runtime', '< 5.8';
conflicts 'Old' => '<= 1.0';
conflicts 'Gone';
