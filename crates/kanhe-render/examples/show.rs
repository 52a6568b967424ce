//! scratch
use kanhe_render::*;
fn main(){
  let out=std::env::args().nth(1).unwrap();
  let fonts=Fonts::installed();
  let digits:String=(0..450u32).map(|i| char::from_digit((i*i*7+i/3)%10,10).unwrap()).collect();
  for (n,text,cap) in [("plain",format!("https://example.gov.cn/#{digits}"),None),("cap",digits.clone(),Some("食品经营许可证 JY14401060012345")),("rare",digits[..60].to_owned(),Some("㛃𠮷龘·阿不都 Gyjq")),("org",digits.clone(),Some("广东省广州市天河区粤港澳大湾区食品药品检验检测认证技术研究院有限责任公司天河第二分公司（原华南检测中心）"))]{
    let code=QrCode::draw(&text,Level::M).unwrap();
    let mut f=Frame::default(); if let Some(c)=cap {f=f.with_caption(Caption::parse(c).unwrap())}
    let t=std::time::Instant::now();
    std::fs::write(format!("{out}/{n}.png"),code.png(&f,Scale::default(),&fonts).unwrap()).unwrap();
    println!("{n} v{} {:?}",code.version(),t.elapsed());
    std::fs::write(format!("{out}/{n}.svg"),code.svg(&f).unwrap()).unwrap();
    std::fs::write(format!("{out}/{n}.txt"),&text).unwrap();
    if n=="rare" {print!("{}",code.blocks())}
  }
}
