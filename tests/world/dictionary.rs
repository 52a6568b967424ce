//! A dictionary of a few hundred words in two codes: enough that the world's seals look like real ones, and a hundredth of the published one's size.

use kanhe_core::dictionary::Dictionary;

/// Its number; the published dictionaries count from 1.
const ID: u32 = 900;

/// Phrases that seals of the world are made of; single characters come from them and from `LETTERS`.
const PHRASES: &str = "有限公司 有限责任公司 科技 食品 餐饮 贸易 广东省 广州市 深圳市 天河区 越秀区 番禺区 浙江省 杭州市 西湖区 余杭区 街道 大道 \
                       中路 不动产权第 工业园 商业广场 个体工商户 管理委员会 建设工程 股份有限公司 分公司 便利店 小吃店 饮料店";

/// What names and addresses are spelt with.
const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz -()（）·号楼室层栋单元路街巷村镇乡县区市省东南西北中上下前后左右内外\
                       王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹\
                       伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉梅红建国文志海波小大一二三四五六七八九十年月日店馆厂行业商贸食品餐饮药房超市美容";

/// Builds the dictionary: a code of phrases and characters, and a code of characters alone, in which each of them costs less.
pub fn small_dictionary() -> Dictionary {
    let characters = || LETTERS.chars().map(String::from);
    let phrases = PHRASES.split_whitespace().map(str::to_owned);
    Dictionary::new(ID, &[code(phrases.chain(characters()).collect()), code(characters().collect())]).unwrap()
}

/// A complete code in which all words cost alike or differ by one bit, the escape the most.
fn code(mut words: Vec<String>) -> Vec<Vec<String>> {
    words.sort_unstable();
    words.dedup();
    let symbols = words.len() + 1;
    let bits = symbols.next_power_of_two().ilog2().max(8);
    let (short, long) = words.split_at((1 << bits) - symbols);
    let mut groups = vec![Vec::new(); bits as usize - 1];
    groups.push(short.to_vec());
    groups.push([long, &[String::new()]].concat());
    groups
}
