export default { title: '纸舟笔记', base: '/help/' }
