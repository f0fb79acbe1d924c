/// The page in every bag that tells a stranger how to check it without weldtech. The lines that begin with four
/// spaces are one script for `sh`, which exits with status 0 for a bag that is as it was written.
enum BagReadme {
  /// The page of a bag.
  /// - Parameter isAdopted: whether the record was taken over from another laptop, so that the log does not
  ///   begin with the registration.
  static func text(isAdopted: Bool) -> String {
    isAdopted ? replacements.reduce(text) { $0.replacing($1.words, with: $1.others) } : text
  }

  private static let text = #"""
    电焊机“加芯赋码”安装档案                          Record of the fitting of a welder
    ============================================================================================

    这个文件夹是一台电焊机的全部安装档案，格式是 BagIt（RFC 8493）。任何人不用 weldtech，用下面的公开程序就能检查它有没有被改过。
    缩进四格的行是命令。把它们取出来，在本文件所在的文件夹里运行；最后一行出现“全部通过”才算通过：
      grep '^    ' README.txt | sed 's/^    //' > /tmp/check.sh
      ROOT=/路径/root.pem TSA=/路径/tsa.pem sh /tmp/check.sh
    需要的程序（Debian）：coreutils openssl poppler-utils libnss3-tools python3；bagit 用 pip install bagit。

    This folder is the whole record of one welder, as a bag of BagIt (RFC 8493). Anyone can check with the public
    programs below, without weldtech, that nothing was changed. The lines with four spaces in front are
    commands: take them out and run them in the folder of this file, as the two lines above do. It passed only if
    the last line says so.
    Programs (Debian): coreutils openssl poppler-utils libnss3-tools python3; bagit by `pip install bagit`.

    里面有什么 / What is in it
      data/record/N.json     记录第 N 版封存时的原文          the record as its revision N was closed, byte for byte
      data/log.jsonl         事件日志原文，每行一个事件        the log of events, one a line, as they were written
      data/photos/           照片原件；-copy 是上传的小图      the photos as taken; -copy is what was uploaded
      data/agreement/        协议、签名笔迹；.tst 是时间戳     agreement, strokes of the signature; .tst is its timestamp
      data/test/             功能测试（.txt 供人看）           the functional test (.txt for people)
      data/inspection/       检查记录                        the inspections
      data/label.png         标牌图样                        the picture of the label
      data/missing.json      丢失的照片原件（没有丢就没有）     the originals of photos that are lost, if any
      seal/manifest.p7s      对 manifest-sha256.txt 的签章     the seal over manifest-sha256.txt (CAdES)
      seal/manifest.tst      签章里的时间戳（可能没有）        the timestamp in the seal, if there is one (RFC 3161)
      seal/manifest.sig      时间戳所证明的签名值             the value of the signature, which the timestamp is over
      seal/certificates.pem  签章的证书，签章者在最前          the certificates in the seal, the sealer's first

    1. 文件有没有缺少或改动 / Is every file there and unchanged?

        set -eu
        sha256sum --check --quiet --strict manifest-sha256.txt
        sha256sum --check --quiet --strict tagmanifest-sha256.txt
        bagit.py --quiet --validate .

    2. 什么时间之前就有了这个签章 / By when was it sealed?
       时间由时间戳机构证明；它的根证书放进 TSA（没有时间戳的不用）。没有时间戳，时间只是那台电脑的时钟。
       A timestamp authority proves the time; put its root certificate into TSA. Without a timestamp the time is only
       that of the laptop's clock.

        AT=$(date +%s)
        if [ -e seal/manifest.tst ]; then
          openssl ts -verify -token_in -in seal/manifest.tst -data seal/manifest.sig -CAfile "$TSA"
          python3 -c 'assert open("seal/manifest.sig", "rb").read() in open("seal/manifest.p7s", "rb").read()'
          TIME=$(openssl ts -reply -token_in -in seal/manifest.tst -token_out -text | sed -n 's/^Time stamp: //p')
          echo "Time stamp: $TIME"
          AT=$(date -d "$TIME" +%s)
        fi

    3. 清单是谁签章的 / Who sealed the list?
       根证书向公司索取，或与公司电话核对指纹，不要相信档案里自带的。把它的路径放进 ROOT；先后用过几家机构的，把几张根证书放在
       同一个文件里。自签的证书（seal/certificates.pem 的第一张）自己就是根证书。有时间戳的，证书按那时有没有效来判断。
       Get the root certificate from the company, or compare its fingerprint with the company by telephone; do not
       trust what comes with the archive. Put its path into ROOT; where there were several authorities, all their roots
       into one file. A self-issued certificate (the first of seal/certificates.pem) is its own root. With a timestamp
       certificates are judged at its time.

        openssl x509 -in "$ROOT" -noout -subject -fingerprint -sha256
        openssl cms -verify -cades -binary -inform DER -in seal/manifest.p7s \
          -content manifest-sha256.txt -CAfile "$ROOT" -attime "$AT" -purpose any -out /dev/null

    4. 协议的签章 / The seal of the agreement
       早期没有签章的协议只由清单保护，会说 does not contain any signatures。证书在签章以后到期的，会说 Certificate has
       Expired：清单的签章已在第 3 步按时间戳的时间核对过，协议的摘要就在清单里。编号最大的协议有效，之前的已作废。
       …-timestamped.pdf 是同一份协议，签章里加了时间戳；记录和协议里写的摘要都是没有时间戳的那一份的。
       An early agreement without a seal is protected by the list only, and is said to contain no signatures. Where a
       certificate ended after the sealing, pdfsig says so; the list, which has the agreement's digest, was judged at
       the timestamp's time in step 3. The agreement with the highest number counts; the ones before it are void.
       …-timestamped.pdf is the same agreement with the timestamp in its seal; digests on paper and in the record are
       those of the file without it.

        NSS=$(mktemp -d)
        certutil -N -d "sql:$NSS" --empty-password
        awk -v folder="$NSS" '/BEGIN CERT/ { n++ } n { print > (folder "/root-" n ".pem") }' "$ROOT"
        for root in "$NSS"/root-*.pem; do certutil -A -d "sql:$NSS" -n "$root" -t CT,C,C -a -i "$root"; done
        for file in data/agreement/*.pdf; do
          [ -e "$file" ] || continue
          pdfsig -nssdir "sql:$NSS" "$file" > "$NSS/words" 2>&1 || true
          cat "$NSS/words"
          grep -q 'does not contain any signatures' "$NSS/words" && continue
          grep -q 'Signature is Valid' "$NSS/words"
          grep -q 'Total document signed' "$NSS/words"
          grep -Eq 'Certificate is Trusted|Certificate has Expired' "$NSS/words"
        done
        rm -r "$NSS"

    5. 日志、记录和照片是否对得上 / Do log, record and photos agree?
       每条日志的摘要包括它的内容和前一条的摘要；记录的每一版写明它的日志摘要和文件摘要。
       The digest of an entry of the log covers its contents and the digest of the entry before; each revision of the
       record names the digests of its entries and of its files.

        python3 - <<'END'
        import glob, hashlib, json, os, re, struct
        log = [json.loads(line) for line in open("data/log.jsonl", "rb")]
        newest = max(glob.glob("data/record/*.json"), key=lambda path: int(re.findall(r"\d+", path)[-1]))
        record = json.load(open(newest, "rb"))
        for entry in log:
            digest = hashlib.sha256(b"weldtech-log/1" + bytes.fromhex(entry["previousSha256"]))
            digest.update(struct.pack(">Q", entry["seq"]))
            for part in (record["id"], entry["at"], entry["name"], entry["body"]):
                digest.update(struct.pack(">I", len(part.encode())) + part.encode())
            assert digest.hexdigest() == entry["sha256"], entry["seq"]
        for line, entry in zip(record["history"], log):
            assert line["sha256"] == entry["sha256"], entry["seq"]
        assert len(record["history"]) <= len(log)
        kept = {hashlib.sha256(open(path, "rb").read()).hexdigest()
                for path in glob.glob("data/photos/*") + glob.glob("data/agreement/*")}
        if os.path.exists("data/missing.json"):
            kept |= {lost["sha256"] for lost in json.load(open("data/missing.json"))}
        for photo in record["photos"]:
            assert photo["sha256"] in kept, photo
            assert "copy" not in photo or photo["copy"]["sha256"] in kept, photo
        for agreement in record.get("earlierAgreements", []) + [record.get("agreement")]:
            assert agreement is None or {agreement["sha256"], agreement["strokesSha256"]} <= kept, agreement
        END
        echo '全部通过 / all of it passed'

    """#

  /// The passages of the page, and those that replace them for a record that was taken over.
  private static let replacements: [(words: String, others: String)] = [
    (
      "  data/label.png         标牌图样",
      #"""
        data/elsewhere.json    接手时留在原处的文件，只有摘要    files that stayed behind when the record was taken over: digests
        data/label.png         标牌图样
      """#
    ),
    (
      #"""
          for line, entry in zip(record["history"], log):
              assert line["sha256"] == entry["sha256"], entry["seq"]
          assert len(record["history"]) <= len(log)
      """#,
      #"""
          # 这条记录是从另一台电脑接手的：日志从接手那一条开始，里面有接手时的记录原文；更早的日志不在这里，不能核对。
          # The record was taken over from another laptop: the log begins with that entry, which has the record as it was;
          # the log before it is not here and cannot be checked.
          taken = json.loads(log[0]["body"])
          assert taken["event"] == "adopted"
          assert hashlib.sha256(taken["facts"]["record"].encode()).hexdigest() == taken["facts"]["sha256"]
          earlier = json.loads(taken["facts"]["record"])["history"]
          first = min(glob.glob("data/record/*.json"), key=lambda path: int(re.findall(r"\d+", path)[-1]))
          assert json.load(open(first, "rb"))["previousSha256"] == taken["facts"]["sha256"]
          assert record["history"][:len(earlier)] == earlier
          for line, entry in zip(record["history"][len(earlier):], log):
              assert line["sha256"] == entry["sha256"], entry["seq"]
          assert len(record["history"]) <= len(log) + len(earlier)
      """#
    ),
    (
      #"""
          for photo in record["photos"]:
      """#,
      #"""
          kept |= {stayed["sha256"] for stayed in json.load(open("data/elsewhere.json"))}
          for photo in record["photos"]:
      """#
    ),
  ]
}
