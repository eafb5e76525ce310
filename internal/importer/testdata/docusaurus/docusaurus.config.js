module.exports = {
  title: 'Pinebox Help',
  url: 'https://help.pinebox.example',
  baseUrl: '/',
};
