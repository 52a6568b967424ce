//! scratch
#![allow(clippy::all, clippy::unwrap_used, clippy::as_conversions, clippy::indexing_slicing,missing_docs)]
#[path="../tests/distort/mod.rs"] mod distort;
use distort::*;
use rxing::*; use rxing::common::*; use rxing::qrcode::{QRCodeReader, cpp_port::QrReader}; use rxing::multi::MultipleBarcodeReader;
use image::{GrayImage,imageops::{self,FilterType}};
fn look(img:&GrayImage,reader:u8,hybrid:bool)->Vec<String>{
  let hints=DecodeHints{TryHarder:Some(true),PossibleFormats:Some([BarcodeFormat::QR_CODE].into_iter().collect()),..Default::default()};
  fn go<B:Binarizer>(mut b:BinaryBitmap<B>,hints:&DecodeHints,reader:u8)->Vec<String>{
    match reader{0=>QrReader::default().decode_multiple_with_hints(&mut b,hints).unwrap_or_default().into_iter().map(|r|r.getText().to_owned()).collect(),_=>QRCodeReader::new().decode_with_hints(&mut b,hints).map(|r|vec![r.getText().to_owned()]).unwrap_or_default()}}
  let src=Luma8Source::new_with_slice(img.as_raw(),img.width(),img.height()).unwrap();
  std::panic::catch_unwind(std::panic::AssertUnwindSafe(||if hybrid{go(BinaryBitmap::new(HybridBinarizer::new(src)),&hints,reader)}else{go(BinaryBitmap::new(GlobalHistogramBinarizer::new(src)),&hints,reader)})).unwrap_or_else(|_|vec!["PANIC".into()])
}
fn main(){
  let n:u64=std::env::args().nth(1).unwrap().parse().unwrap();
  let mut s=0x9E3779B97F4A7C15u64; let mut rnd=||{s^=s<<13;s^=s>>7;s^=s<<17;(s>>11) as f64/(1u64<<53) as f64};
  for i in 0..n{
    let len=if rnd()<0.5{500}else{950};
    let text:String=(0..len).map(|_|char::from_digit((rnd()*10.0) as u32,10).unwrap()).collect();
    let code=kanhe_render::QrCode::draw(&text,kanhe_render::Level::M).unwrap();
    let m=code.modules() as f64+8.0;
    let pic=image::load_from_memory(&code.png(&Default::default(),kanhe_render::Scale::new(6).unwrap(),&kanhe_render::Fonts::none()).unwrap()).unwrap().into_luma8();
    let ppm=1.8+rnd()*rnd()*6.0;
    let shot=Shot{angle:rnd()*360.0,tilt:rnd()*0.35,side:m*ppm,blur:(rnd()*0.65*ppm) as f32,shade:rnd()*0.8,noise:rnd()*35.0};
    let mut photo=shot.take(&pic);
    if rnd()<0.5 { photo=image::load_from_memory(&jpeg(&photo,40)).unwrap().into_luma8(); }
    let (w,h)=photo.dimensions();
    let rs=|k:f64,f|imageops::resize(&photo,(w as f64*k) as u32,(h as f64*k) as u32,f);
    let stretch=|p:&GrayImage|imageops::contrast(p,40.0);
    let views:Vec<(&str,GrayImage)>=vec![("id",photo.clone()),("up2",rs(2.0,FilterType::CatmullRom)),("up2L",rs(2.0,FilterType::Triangle)),("up3",rs(3.0,FilterType::CatmullRom)),("up1.5",rs(1.5,FilterType::CatmullRom)),("half",rs(0.5,FilterType::Triangle)),("0.7",rs(0.7,FilterType::Triangle)),
      ("blur.8",imageops::blur(&photo,0.8)),("blur1.5",imageops::blur(&photo,1.5)),("blur.8up2",imageops::blur(&rs(2.0,FilterType::CatmullRom),1.2)),("unsharp",imageops::unsharpen(&photo,2.0,0)),("unsharp2up2",imageops::unsharpen(&rs(2.0,FilterType::CatmullRom),3.0,0)),("median-ish",imageops::unsharpen(&imageops::blur(&photo,0.8),2.0,0)),("rot90",imageops::rotate90(&photo)),
      ("rot45",{let sh=Shot{angle:45.0,tilt:0.0,side:w as f64,blur:0.0,shade:0.0,noise:0.0};sh.take(&photo)}),("con",stretch(&photo))];
    for (name,v) in &views { for r in 0..2u8 { for hb in [true,false]{
      let t=std::time::Instant::now(); let o=look(v,r,hb); 
      let res=if o.is_empty(){"none"}else if o.contains(&text){"ok"}else{"BAD"};
      println!("{i}\tv{}\t{name}-{}{}\t{}\t{res}\t{ppm:.1} {shot:?}",code.version(),r,if hb{"h"}else{"g"},t.elapsed().as_micros());
    }}}
  }
}
