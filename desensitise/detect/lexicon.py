"""Words that stand beside names of persons in Chinese writing: roles, titles, kin; and syllables of foreign names."""

from __future__ import annotations

import re

ROLES = (
    "投诉人|举报人|报告人|联系人|反映人|来电人|申请人|经办人|经手人|承办人|负责人|法定代表人|法人代表|法人|代表人|受委托人|委托人|代理人|"
    "当事人|消费者|顾客|客户|用户|患者|伤者|受害人|受害者|死者|业主|户主|房东|租客|店主|店长|老板娘|老板|收件人|收货人|寄件人|发件人|"
    "购买人|购买者|买家|卖家|检查人员|执法人员|抽样人员|检验人员|核查人员|检查人|抽样人|检验员|质检员|安全员|安全总监|总监|"
    "监督员|陪同人员|陪同人|见证人|签收人|姓名|名叫|叫做|我叫|我是|本人|署名|员工|职工|工人|司机|师傅|经理|主任|厂长|会计|同事|邻居|家属|"
    "记者|编辑|作者|导演|教练|主席|会长|部长|局长|处长|科长|院长|校长|市长|县长|镇长|村长|书记|董事长|总裁|教授|博士|医生|律师|"
    "队长|警官|村民|居民|市民|学生|家长|网友|留言人|监护人|车主"
)
"""Roles and labels after which a name stands."""

KIN = (
    "丈夫|妻子|爱人|老公|老婆|儿子|女儿|父亲|母亲|爸爸|妈妈|哥哥|弟弟|姐姐|妹妹|孙子|孙女|外孙|侄子|侄女|儿媳|女婿|岳父|岳母|公公|婆婆|"
    "男友|女友|男子|女子|小孩|孩子|朋友|同学|室友|战友|客服|店员|导购|销售员|业务员|快递员|送货员|安装工|维修工|维修员|技术员|收银员|"
    "服务员|保安|护士|老师|主编|编剧|演员|歌手|主演|球员|队员|主帅|前锋|后卫|中场|门将|选手|画家|作家|诗人|学者|专家|研究员|分析师|"
    "工程师|设计师|制片人|制片|主持人|嘉宾|原告|被告|嫌疑人|被告人|证人|发言人|秘书|助理|干事|委员|代表|站长|组长|主管|班长|厂商代表"
)
"""Further words before names; on their own too weak for anything but recall mode."""

TITLES = (
    "先生|女士|小姐|太太|夫人|同志|师傅|老师|医生|大夫|护士|阿姨|大爷|大妈|大姐|大哥|奶奶|爷爷|经理|主任|科长|处长|局长|厂长|店长|"
    "老板娘|老板|总监|主管|队长|组长|所长|院长|校长|董事长|会计|工程师|律师|警官|教授|博士|站长|书记|镇长|村长|同学"
)
"""What is said after a name, or after a family name alone."""

_EVERYDAY = (
    "艾草 艾叶 甘草 甘蔗 万元 万分 严格 严重 习惯 于是 余人 余件 余元 党员 全国 全家 全部 关于 关系 关闭 冷冻 冷藏 "
    "净重 包括 包装 包裹 区别 单价 单位 单据 单独 占用 卫生 原价 原作 原厂 原告 原因 原料 原装 "
    "司机 向来 和平 和谐 国家 安全 安全员 安全帽 安排 安检 安装 官方 宣传 宣布 家属 容易 尚未 "
    "尤其 居住 居民 左右 师生 常用 常见 平台 平时 应当 应该 强制 强烈 强调 惠民 成人 成分 成功 "
    "成员 成品 成本 成立 房屋 房间 支付 支持 文件 文明 方便 方便面 方式 方案 方法 方面 施工 "
    "时候 时间 明显 明确 景区 景点 权利 权益 查处 查明 查看 查询 毛巾 毛病 毛重 水平 水果 水泵 "
    "水电 水箱 汤料 温度 温控 游客 满意 燕麦 牛奶 牛肉 白天 白色 白酒 盛大 祝福 程师 程序 程度 "
    "童装 童车 符合 简单 管制 管理 管道 米粉 索引 红色 经理 经营 罗非 花生 花茶 花费 莫非 蓝牙 "
    "蓝色 解决 解释 解除 计划 计算 计量 许可 许多 谈话 费用 路人 路口 路过 车把 车架 车身 车载 "
    "车辆 车间 连接 连续 通知 通过 那么 那里 金属 金牌 金银 金银花 金额 钟头 银联 银行 闻讯 "
    "陶瓷 雷同 项目 顾客 顾问 马上 高价 高压 高度 高温 高级 高速 高锰 鱼类 鲜花 麦片 黄色 黄酒 "
    "黑色"
)
NO_NAMES = frozenset(_EVERYDAY.split())
"""Everyday words that begin like a family name: no names even behind a label, except in a column of names."""

# Characters with which foreign and minority names are written in Han; a name of them alone is hardly anything else.
SYLLABLES = (
    "阿埃艾爱安昂奥巴白拜班邦保鲍贝本比彼毕宾波伯勃博布查茨达戴丹道德登邓迪蒂丁东杜多恩尔法凡菲费芬弗福夫富盖甘冈高戈格葛根古哈海汉豪"
    "赫亨洪胡华怀惠霍基吉季加贾杰金卡凯坎康考柯科克肯库夸拉莱赖兰朗劳勒雷黎里理利莉丽连廉列林琳龙隆卢鲁露伦罗洛吕马玛迈麦曼芒茂梅蒙米"
    "密明缪莫姆穆拿纳娜南瑙内尼妮涅宁纽诺努欧帕潘庞佩彭皮珀蒲普奇齐恰钱乔切钦琼丘曲让热仁日荣茹瑞若撒萨塞赛桑瑟森沙莎山珊尚绍舍申圣施"
    "什史舒斯丝思松苏索塔泰坦汤唐陶特腾提田汀廷通图吐托瓦万旺威韦维魏温文沃乌武西希锡席夏香谢辛欣休许雅亚扬耶伊易因英尤约泽扎詹张珍芝朱"
    "兹祖佐买孜木江肯别依则默摩莫孟门乃佳嘉洁珠贞蓓蕾茜薇琪妲娅嫣岑赞藏聪措才仓次旦顿噶坚堆益吾守逊"
)


def alternation(*words: str) -> str:
    """One of the words (written with ``|`` between them), the longest that fits; grouped by their first characters."""
    rests: dict[str, list[str]] = {}
    for word in sorted({w for some in words for w in some.split("|")}, key=lambda w: (-len(w), w)):
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(
        first + (ends[0] if len(ends) == 1 else f"(?:{'|'.join(ends)})") for first, ends in sorted(rests.items())
    )
