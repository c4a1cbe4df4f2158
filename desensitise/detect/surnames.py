"""Chinese family names, single and compound, for names without a model."""

from __future__ import annotations

COMMON = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
    "姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文",
)
"""The hundred-odd most frequent; they cover about nine tenths of the population."""

RARER = frozenset(
    "施洪季伍祝樊耿卓蓝葛柯岳申甘游章齐庄牛鲁邢骆阮俞翁芦涂霍关凌聂焦左牟管欧尚舒麦柳瞿裴殷倪阎冉费柏詹喻符车"
    "辛蒲屈鲍包尤路苗毕简代滕温司宁谷项饶佘蔺窦鞠栗娄闵戚童解仇谈褚卫盛宫桂蒙桑曲缪应宗边卞单巩艾成景古米楼缑"
    "仲晏席纪丛原时党危储华房覃揭初傅郁车丰邬权冷祁商隋纽茅阳晋池匡宛苑苟亢占查敖冀沙雍衡植银闻植巴荣荆芮候练"
    "封兰农都尧元刑但粟萧虞乌靳沃杭麻诸嵇巫郦穆庞湛邝勾逯占帅粱臧伊郎钮泮扈安颜翟梅柴吉岑卜佟姬栾刁寇甄迟胥班燕楚鄢"
    "谌奚冼盘厉仝郜阚屠豆盖廉禹祖漆卿狄索宣敬晁阙浦戈伏鹿邸辜裘亓修邰赫况宿鲜茹戎冶檀阴昝闭干相揭荣游沙宓晏逄綦党",
)
AMBIGUOUS = frozenset(
    "连全师和官惠乐南劳皮满位区海花强朴井支国平计门云容来普薄羊阿母公那印隆战慕玉哈宾利呼居尉斯束衣信展智幸奉富由步后明展"
    "火山水木言归有琴法汝钦笪年爱赏谯苍双蓬郏牧隗弓逢慎越夔殳师厍融訾空毋乜养须巢蒯红竺益桓仉佴阙东欧利相国"
)
"""Names that are everyday words as well: taken for names only in a column of names."""
_COMPOUND = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 长孙 宇文 轩辕 端木 南宫 独孤 百里 呼延 东郭 "
    "闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 "
    "宰父 榖梁 谷梁 拓跋 夹谷 段干 百里 东门 西门 左丘 梁丘 第五 完颜 赫连 纳兰 爱新觉罗 叶赫那拉"
)
COMPOUND = frozenset(_COMPOUND.split())
SINGLE = (COMMON | RARER) - AMBIGUOUS
