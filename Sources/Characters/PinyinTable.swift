// Made by scripts/pinyin of Unihan 20901 characters, 514 of which have more than one initial. Not edited by hand.

/// The first letters of the readings of the ideographs U+4E00 to U+9FFF.
enum PinyinTable {
  /// The code point of the first ideograph.
  static let first: UInt32 = 0x4E00

  /// A byte for each ideograph: its initial in small letters; in a capital letter where `several` has more of them; a full stop
  /// where no reading is known.
  static let initials: StaticString = """
    yDkqsxhWzssxjbymgcczQpssqbycdscdqldylybsgjgyqzjjfgcclzzbwdwzjljpfyynwjjtMyyzwzhfLyppqhgcCyyyMjqyxxgj\
    xhsdsjnjjsmhmlzrxyfsngsyczQzggllyjlmyzssecykyyhqwjssggyxyqyJtwkdjhychmyxjtlxjyqbyxdldMrrjjwysrldzjpC\
    bzjjbrcfslbczstzfxxthtrqgGbdlyccscymmrfcyqzpwwjjyfcrwfdfzqpyddwyxkyjawjffxjpdftzyhHycyswCcyxsclcxxwz\
    zxnbgnnxbxlzsqCbsJpysyzDhmdzbqbzcwdzzyytzhbtsyyfzgntnxqywqskbphhlxgybfmjEbjhhgqtjcysxstkzglyckglysmz\
    xyalmelDccxgzyrcxsdltJzCqkcnnjwhjczzcqljststbnxBtyxceqxgkwjyflzqlyhjqspsfxlFpbYQxxxydcczylllsjxfhjxp\
    jbCffyabyxbhczbjyclwlczggbtssmdtjcxpThyqtgJjscjfzkjzjqnlzwlslhdzbwjncjzyzsqnycqyrzcjjwybrtwpyftwexcs\
    kdzctbxhyzCyyjxzcfbzzmjyxxCdczottbzljwfcGszsxfyrlnyjmbdthjxsqjccsbxyytsyfbjdztgbcnclcyzzbsaCyzzscjcs\
    hzqydxlbpjllmqxtydzxsqjtzpxlcglqccwjbhctdJjsfxjejjTlbgxsxjmyjjqpfzasyjncydjxkjcdjszcbartcclnjqmwnqnc\
    lllkbybzzsyhqcltwlccrshllzntylnEwyzyxczxxgdkdmtcedEjtsyys.dqdfmsd.jlhrwnqlybglxhlgtgxbQjdZfyjsjyjcjm\
    rnymgrcjczgjmzmgxmmryxkjnymsgmzjymklfxmbdtgFbhcjhkylpfmdxlqjjsmtqgzsjlqdldgjycalcmzcsdjllnxdjffffjcz\
    fmzffpfkhkgdpqxktAcjdhhzdddrrcfqyjkqccwjdxhwjlyllzgcfcqdsmlzpbjjPlsbcjggdckkdezsQSckjgcgkdjtjllzycxk\
    lqScgjcltfpcqczgwbjdqSdjjbyjhsjddwgfsjgdkccctllpspkJgqjhzzljplgjgjjthjjyjzcjmlzlyqbgjwmljkxzdznjqsyz\
    mljlljkywxmkjlhskjgbmclyymkxjqlbmclkmdxxkwyxwslmlpsjqjCqxyjfjtjdxmxxllcrqbsyjbgwywxggbcyxpjtgpepfgdj\
    gbhbnSfjyzjkjkhxqfgqzkfhygkhdgllsdjjxpQykybnQsxqnszswhbsxwhxwbZzxDmndjbsbkbbzKlylxgwxjjwaqzmywsjqlcj\
    xxjqwjeqxsCwetlzhlyyysdzpyqyzCptlshtzcfycyxyljSdcjjagyslcllyyysglrqqeldxzsCCccadycjysfsgbfrsszqsbxXp\
    sjwsdrckgJlgDkzjZbdktcsyqpYhstcldjlhmXmcgxyzHjdCtmhltxzXylymohyjcltyfBqqjbFbdfehtKsqhzywwcnxxcdwhhwg\
    yjlegmDqcwgfjhCsntWyDolbygwqwesjpwnmlrydzsztxyqpzgCwxHnGpyxshmdqJhztdppbfyhzhhjyfdzwkgKzbldntsxhqeeg\
    zxylzmmzyjzGszxHhkhtxexxgylyapsthxdwhzydpxagkydxbHnhxkdfjnmyhylpmgOcsLnzhkxxlbzzlbmlsfbhhgsgyyggbhsc\
    yajtxwlxtzqcWzydqdqmmGdqlLszhlsjzwfJHqswscelqazynytlsxthaznkzzsdhlacxtwwcsgqqtddyzbcchyqzfLxpslzygpz\
    sznglydqCbdlxjtctajdkywnsyzljhhDzcwNyyzyOmhychhhxhjkzwsxhdnxlyscqyDpclyZwmypbkxyjlkzhtyhAxqsyshxAsmc\
    hkDscrswjpwqsgzjlwwschs.hsqnhzsngndaqtbaalzzmsstdqjcjktscjaxplgGxhhgoxzcXpdmmhldgtybysjmxhmrCplxjzCk\
    zxshFlqxcCdHxezfchzccdytcjyxqhlxdhypjqxnlsyydzozjnHxqezysjyayJkypdghddxsppyzndltHrhXydpcjjhtcxmctlhb\
    ynyhmhzllhnXmylllmdcppxhmxdkycyrdltxjchhznxclcclylnzsxzjzzlnnllwhyqsnJhxynttDkyjpychhyegkcttwlgqrlgg\
    tgtygyhpyhylQyqgcwyqkpyyyttttlhyHlltyttsplkyzWgywgpydqqzzdqxskcQnmjjzzbxyqmjrtfBbtkHzkbjdjjkdjjtlbwf\
    zpbtkqtztgpdgntpjyfalqmKgxbCclzfhzclllladpmxDjhlcclgyhdzfgyddgcyyfgydxkssebdhykdkdkhnaxxybfbyyhxcqga\
    bfqyjjdmljcsjzllBchbsxgjyndybyqspqwjlzkcddtaccbkzdyzypjzqsjnkktknjDjgyepgtlfyqkasDntcyhblgdzhBbyDmjr\
    ygkzyheyybcmcdtyfzjjhgcjplxhldwxjjkytcyksssmTwcttqzlzbszdtwzxgzagyktywxlhlcpbclloqmmzsslcmbjcszzkydc\
    zxgqjdsmcytzqqlwzqzxssbpkdfqmddzdsddtdmfhtdyzjaqjqkypbdjyyxtljhdrqxxxhaydhrjlklytwhllrllrcxylbwsrszz\
    symKzzhhkyhxksmzsyzgcjfbzbsqlfcxxxnxkxwymsddyqwggqmmyhcdzttfgyyHgstttybykJdhkyJbelhdypjQnfxfdqkzhQkz\
    byjtzbxhfdxbdaswHawajldyjsfhbldnndnqjtjnchxfjsrfwhzfmdrfjyhwzpdjkzyjymfcyznynxfbytfwfwygdbnzzzdnytxz\
    emmqbsqehxfzmbmflzzsrsymjgsxwzjsprydjsjgxhjjgLjjynzjjxhgjkymlpeyycsysgqzswhwlyrjlpxslcxmfsmwkcctnxny\
    npnjszhdzeptxMwywAyysywlxjqzqxzdclaeelmcpjpclwbxsqhfwrtffjtnqjhjqdxhwlbycnfjlalkyyjldxhhycstdywnCjtx\
    ywdrmdrqhwqcmfjdyzmhmayxjwmyzqsxtlmrspwwchajbxtgcypxyyrrclmpamgkqjszyjrmyjsnxtplnbappypylxmyzkynldgy\
    jzczhnlmzhhanqmpgwqtzmxxmllhgdzxyhxkrxycjmffxyhjfsbssqlhxndycannmtcjcyprrnytyqnyymbmsxndlylysljnlqys\
    hqmllyzlzjjjkymzcsfbzxxmstbjgnxyzhlsnmcqscyznfzlxbrnnnylmnrtgzqysatswryhyjzmzdhzgzdwybsscskxsyhytsxg\
    cqgxzzbhyxjscrhmkkbSczjyjymkqhzjfnbhmqhysnjnzybknqmcjgqhwlsnzswxkhljhyybqcbfcdsxdldspfzfskJJzWzxsddx\
    jseeegjscssmgclxxkywyllymwwwgydkzjgggtggsycknjWNjpcxbjjtqtjwdssPjxzxnzxwmelptfSxtllxcljxjjljSxcTnswx\
    lehhlYqrwhsycsqrybyaywjejqfwqcqqcjqgxaldbzzyjgkgxpltqyfxjltpadkyqhpmatlcpdhkxmtxybhblefxdleegqDymsaw\
    hZmljtwyqxlyJzljeeyxbqqffnlyxrdsctgjgxyylkllxqkcctlhjlqmkkzgcyygllljdzgydhzwxpysjbzkdzgyzzhywyfqytyz\
    szyezklymhjjhtsmQwyzlkyywzcsrkqyqltdxwcdrjklwsqzwbdcqyncjsrszjlkcdcdtlzzzacqqczddxyplxcbqjylzllljddz\
    JgyjyjzyxnyyynxjxkxdazwyrdljyyyrjlglldrxjcykywnqcclddnyyykyckczhjxcclgzqjgjwppcqqjYsbzzXyjxjbxjfzbSb\
    dsfnsfpzxhdwztdmpptblzzbzdmyypqjrsdzsqzsqxbdgCpzswdwcsqzgmdhzxmwwfybpdgphtmjthzsmmbgzmbzjcfzhfCbbzmq\
    cfmbCmcjxlgpnjbbxgyhyyjGptzgzmqbqdcgybjxlwzkydpdymgcftpfxyztzxdzxtgkmtybbclbjaskytssqyymsCxfjeGlSlls\
    zbqjjJaklyldlycctsxmcwfgkkbqxlllljyxtyltyxytdpjhnhgnkbyqNfjyyzbyyessessgdyhfhwtcjbsdzjtfdmxhcnjzymqw\
    srxjdzjQpDQbbsdjggfbkjbxDgJhmgwjjjgdllthzhhyyyyyysxwtyyyccbdbpypzyccztjFzywcbdlfwzcwjdxxhyhlhwczxjtc\
    zlcdpxdjczczlyxjjsjbhfxwpywxzptdzzbdccjhjhmlxbqxxbylrddgjrrctttgqsczwmxfytmwzcwjwxjywcSkybzqccttqnhx\
    nkxxkhkfhtswoccjybcmpzzyjbnnzpbthHjdlscddytyfjpxyngfxbyqxcbhxcbsxtyzdmzysnxsxlhkmzxlthdhkghxjsshqyhh\
    cjyxglhzxcsnhekDtgqxqypkdhExtykcnymyyypkqyytjxzlthhqtbyqhxbmyhsqcKwwyllhcyylnneqxqwmcfbdccmljggxdqkt\
    lxkgnqcdgzjwyjjlyhhqtttnwchhxCxwhEszjydjccdbqcdgdnyxzdhcqrxcbmztqcbxwgqwyybxhmbymykdyecmqkyaqyngyzsl\
    fykkqgyssqyshjgjcnxkzycxsbkyxhyylstycxqthysmgscpmmgcccccmtztasmgqzjhklosqylswtmqsyqkdzljqqyplcycztcq\
    qpbbqjzclpkhqcyyxxdtdddsjcxffllchqxmjlwcjcxtspycxndtjshjwxdqqjckxyamylsjhmlalykxcyydmamdqmlmcznnyybz\
    kkyflmchcmlhxrcjjhsylnmtjgGzgywjXsrXcwjgjqhqzdqjdzjjzkjkgdzqgjjyjylHzxXcdqhhhestmhlfsBdjsyyshfyssczq\
    lpBdrfrztzdKykGsctgkwdqzrkmsynbcrxqBjyfaxpzzedzcjykbcjwhyjbqdzywnyszptdkZpfpbAztklqyhbbzpnbptyzzybhn\
    ydcpjmmcycqmcjfzzdcmnlfpbplngqjtbttAjzpzbbdnjkljqylnbzqhKsjznggqsczkyxchpZsnbcgzkddzqanzgjkdntlzldwj\
    ljzlyWtXndjzjhxyatncbgtzcsskmnjpjytsrwxcfjwjjtkhtzplbhsnjzsyjbwbzyzlstlsbjhdwwqpslmmfbjdwajyzccjtbnn\
    rzwqxcdslqgdsdpdzhjtqqpsqlyyjzlgyhszlctcbjtktyczjtqkbpjlgmjzDmCsgpynjzjjyyknhrpwszxmTncszzyxybyhyzax\
    ywkcjtllckjjtjhgcxDxyqyczbywblwqcglzgjgqrqcczssbcrBcskydznljsqgxssjmecnstztpbdlthzwhqwqtzexnqczgwesk\
    ssbybstscsjccgbfsdqszlccglllzghzcthcnmjgyzaznmckcstjmmzCkbjygqljyjppldxrgzyxccsnhshgdznlzhzjjcdDcbcj\
    flbfqbCzzwpqdnhxljcthqWjgylnlszzpcjdscqqhjqkdxkpbajyemsmjtzdxlcjyryynwjbngzzkmjxltbsllrTpylcsznxjhll\
    hyllqqZqlxymrcwcxsljmczltzldwdjjllnzggqxppskygyggbfzpdkmwghcxmcgdxjmcjsdycabxjdlnbcddygskydjtxdjjyxm\
    saqazdzfslqxyjsjzylblxxwxqqzbjzlfbblylwdsljhxjyzjwtdjcyfqzqzzdCsxzzqlzcdzfchYspympqzmlpplffxjjnzzyls\
    jyyqzfpfzksyWjjjhrdjzzxtxxglghtdxcskyswmmtcwybazbjkshfhgcxmhfqhyxxyzftsjyzbxyxpzlchmzmbxhzzssyfDmncw\
    dabazlxktcshhxkxjjzjsthygxsxyyhhhjwxkzxCsbzzwwhhcwtzzzpjxsnxqqjgzyzAwllcwxzfxgyxyhxmkyyswsqmnjnaycys\
    pmjkGwcqhylAjjmzxhmmcnzhBhxclxtjpltxyjhdyylttxfszhyxxsjbjyayrsmxyplckdlyhlxrlnllstyzyyqygyhhsccsmcCt\
    zcxHyqfpyyrpfflfqtntszllzmhwtCjQyzwtllmlmdwmbzsSmzrbpdddlgjjbxccsrzqqygwcsxfwzlxccrBtdzmcyggdlqsgtjm\
    wljmymmsyhfbjdgyxccpshxCzcsbsjwjgjmpbwaffyfnxhydxzylremzgzCyzsszdlljcsqfzxxkptxzgxjjGBmyyysnbDylbnlh\
    bfzdcyfbmgqrrmsszxysGtznnydzzCdgbjafjbdknzblcSscpsgzycjszlmlrZzbzzldlsLlysxsqzQlyxzlsGkbrXbrbzcycxzj\
    zeeyfgklzlyyhgysgzlfjhgtgwkraajyzkzqtsshjjxdzyz.yjlzyrzdqqhGjzxsszbtkjpbfrtjxllfqwjgslqtymblpzdxtzag\
    bdhzzrbgjhwnjtjxlhscfsmwlldqysjtxkzscfwjlbxftzlljzllqblcqmqqcgcdfpbbhzczjlpyygjdtgwdcfczqyyyqysrclqz\
    fklzzzgffsqnwglhjycjjCzlqzCyjBjzzbpdccmhjgxdqdgdlzqmfgpsytsdyfwwdjzjySxyycjcyhZwpbyhxrylybhkjksfxtzj\
    mmcHhlltnyymsxxyzpyjjycDyzwmtjjKqyrhllqxpsgtlwycljscbxjyzfnmlrgjjtyzBsyzmsjyjhgfzqmsyxrszcwtlrtqzsst\
    kxgqggsptgcdnjsgcqcqhmxggztqydjKzdlbzsxjlhyqgggthqscpyhjhhgnygkggcmjdzLlcClxqsftgzslllmlcskctbljzzsz\
    mmnytpzsxqhjcjyqxyexzqzcpshkzzysxcdfgmwqrllqxrfztlysdctmjcsjjdhjnxtnrztzfqrhqgllgcxszsjdjljcytsjtlny\
    xhszxcgjzyqpylfhdjsbpcczGjjjqzjqdybssllcmyttmqtbhjqnnygKynqyqmzgcjkpdcgmyzhqllsllclmholzgdyLfzsljcqz\
    lylzcjeshnylljxgjxlyjyyyxnbcljsswcqqcjyllcldjyllzllbnylgqchxyyqoxccqkyjxxhyklksxAyqCcqkkkkcsgyxxyqxy\
    gwtjohthxpxxCSshcyeychzzcbwqbbwjqcscszsslzylgdesjzmmymcytsdsxxscjpqqsqylyfZychdjdzywcbtjsydjhcyddjlb\
    djjsodzyqysqKxxdhhgqjyohdyxwgmmmajdybbbppbcmhcpljzsmtxerxjmhqdstpjdcbssmsssthjtslmmtrcplzszmlqdSdmjm\
    qpnqdxcfynbfsdqqyxhyaykqyddlqyyysszbydslntfGtzqbzmchdhczcwfdxtmqqsphqwwxsrgjcwtjTzzqmgwjjrjhtqjbbgwz\
    fxjhnqfxxqywyyhyScdyDhhqmnmDmmcpbszppzzglmzfollcfwhmmsjzttthlmyffytzzgzyskjjxqyjzqPhMbzzlyghgfmshpcf\
    zsnclpbqsnjszslxjfpmtyjygbxLldLxpzjypjyhhzcywhjylsjexfSszywxkzjlladtmlymqjpwxxhxsktqjezrpxxzghmhwqpw\
    qlyjjQjjzszcfHjlchHnxjlqwzJhbmzyxbdhhypylhlhLgfwlcfyytlhjjcjmscpxstkpnhjxsntYxxtestjctlsslstdlllwWyh\
    dhrjzsfgxssyczykWhtdhwjslhtzdqdjzxxqggyltzphcsqfzlnjtclzpfstpdynylgmjllycqhynsbchylhqyQtmzybbywrfqyk\
    jsyslzdyjMpxyyssrhzjnyqtqdfzbwWdwwrxcwhgyhxmkmyyyhmsmzhngcepmlqqmtcwctmhmxjpjjhfxyyzsjchtybmstsyjdtJ\
    jqyTlhynbyqzlcxcnzwsmylKfjxlwgbypjytysylymzckttwlgsmzsylmpwlzwxwqzssaQsyxyrhssntsrapCcpwcmgdhhxzdzXf\
    jhgzttsbjhgyglzysmyclllybtyxhbbzjkssdmalhhycfygmqypjycqxjllljgclzgqlycjcctotyxmtmshllwcgfxymzmkLpszz\
    zxhhjyslctyjcyhxsgyxzkxlzwpyjpdhjwpjpwsqqxlxxdhmrslzcyzwstcxkystzshbsccstplwsscjChjlcgchssphylhfhhxj\
    sxyllnylMzdhzxylsxlwzyHcldyahzcmdDyspjtqjzlngjfsjshctsdszlblmssmnyymjqbjhrcwtyydchqlJapzwbgqybkfcmjw\
    lzllyylszydwhxpsbcmljPscgbhxlqhyrljxyswxhxzLldfhlslymjljyflyjycdrjlfsyzfsllcqyqfgjyhyszlylmstdjcyhbz\
    llnwlxxygyyhbmgdhxxhhlzzjzxczzzcyqzfnJwpylcpkpykpmclGkdgxzggwqbdxzzkzfbxxlzxjtPjpttbytszzdwslchzhslt\
    jxhqlhyxxxywzyswtmzkhlxzxzpyhgchkjfsyh.tjrlxfjxptztwhplyxfcrhxshxkjxxyhzJdxjwylhyhmjDbflkhtxcWhcfwjc\
    fpqrxqxCyyyjygrpxgscsxngwchkzdxhflxxhjjbyzwtsxNncyjjymswzjqrmhxzwfqsylzjzgbhynslbgttcsebhxxwxyhhxyxn\
    sqyxmlywrgyqlxbbcljsylpsytjzyhyzawlhorjmksczjxxxyxchcytryxqjddsjfslyltsffyxlmtyjmjjyyyxltzcsxqzlhzxl\
    wyxzhdnlrxhxjcDyhlbrlmbrllaxksllljlyxxlycrylcjcgjcmtlzllcyzzpzpcyawhjjfybdyyzsepckzdqyqpbpcjpdcyzbdb\
    bcyydycnnpjmtmlrmfmmgwygbsjgygsmdqqqztxmkqwgxllpjgzbqcdjjJfpkjkcxbljmswMdtqjxldlppbxcwkcqqbfqjczagzg\
    mykbhyyhzykndkzmbpjyspxthlfpnyygxjdbkxnhhjhzjxstrstldxskzysybmxjlxyslbzyslhxjpfxbqnbylljqkygzmcyzzym\
    ccsldlhzgwfwyxzmwcxtynxjhbyymcysbmhysmydyshqyzchmjjmzcaahcbjbbhplxtylsxsdjgjdhkxxtxxnbhnmlngsltxmrhn\
    lxqjxmzLlyswqgdlbjhdcgjyqyCmhwfwjyBbbyjmjwjmdpwhxqldyapdfxxbcgjspckrssyzjmslbzzjfljjjlgxzgyxyxlszqyx\
    bexyxhgcxbpldyhwecdwwcjmbtxchxyqxllxflyxlljlssfwdpzsmyjclmswtczbchqekcqbwlcgydblqppqzqfjqdjhymmcxtxd\
    rmjwrhxcjzClqxdyynhyyhrslsrsywwzjymtltllgzqcjzyabsckzcjyccqljsqxalmzyyywlwdxzxqdllqshgpjfjljhjabcqzd\
    jgthhsstcyjlbswzlxzxrwgldlzrlzqtgsllllzlymxqgdzhgbdbhzpbrlw.xqbpfdwo..whlypcbjcc.dmbzpbzz.cyqxldomzb\
    lzwpdwyygdstthcsqsccrsssyslfybfntyjszdfndpThtzzmbblxlcmyffgtjjqwftmdpjwdnlbzCmmctgbdzlqlpyFhSymjylsd\
    chdzjwjcctljcldtljjcpddPjdsszynndbjlggjzxsxNlycybjjqxcbylzcfzppgkcxzdzfztjjfjsjxzbnzyjqttyjwhtyczhym\
    djxttmpxsflzcdwslshxybzgtfmlcjtacbbmgdewycyzcdszCyhflyctygwhkjyylsjcxgywjcbhlcsNddbtzbsclyzczzssqdll\
    mqyyhfllqllxfdyhabxggnywyypllsdldllbjcyxjzmlhljdxyyqytdlllbbgbfdfbbqjzzmdpjhgclgmjjpgaehhbwcqxaxhhhz\
    chxyphjaxhlphjpgpzjqcqzgjjzzgzdmqyybzzphyhybwhazyjhykfgdpfqSdlzmljxjpgalxzdaglmdgxmwzqytxdxxpfdmmSsy\
    mpfmdmmkxksyzyshdzkjsysmmzzzmsydnzzczxbmlstmddnmxckjmztyymzmzzmsshhdccjemxxkljstgwlsqlyjzllsjssdbpmh\
    nlyjczyhmxxhgzcjmdhxtkgrmxfwmckmwkdcksxqmmmszzydkmsclcmpcgmwrpxqpzdsslcxkyxtmlgjyahzjgzQmcsnxyhmmpml\
    kjxmhlmlgmxctkzmJjyszjsyszhsyjzjcdajzybSdqjzgwzkgxfkdmsdjlfmeHkzqkjbeypzyszcdwyjffmzjykttdzzefmzlbnp\
    plplpbpszalltylkckqzkgenqlwaGxxyDpxlhsxqqwqykxqclhyxxmlyccwlymqyskychlcjnszkpyzkcqzqljbdmdjhlasqlbyd\
    wqlwdnbqcrydddtjybkbwszdxdtnpjdtctqdfxqqmgnseclstBhpwslctxxLpwydzklzygzcqapllkccylbqmqczqcljslqzdjxl\
    dthpzqdljjxzqdjyzhkzljcyqdyjppypeakjyrmpcbymcxkllzllfqpylllmbsglcysslrsysqtmxyxQqzbdzrysyztffMzzsmzq\
    hzssccMlyxwtpzgxzJgzgsjsgkddhtqggzllbjdzlCbzhyxyzhzfywxyzymsdbzzyjgtsmtfxqyxjsCdgslnMdlrytzlryylxqht\
    xsrtzcgyxbnqqZfhykmzjbzyMkbpnlyzpblmcnqyzzzsjzhjctzhhyzzjrdyzhnfxglfxslkgjtctssyllgzrzbbjzzklpkbczys\
    lxyxbjfpnjzzxcdwxzyjxzzdjJgggrsrjkmcmzjlsjywqshyhqjsxpjzzzlsnshrnypjtwchklbsrzlcxwjqxqkysjycztlqzybb\
    ybwzjqdwgyzcytjcjxckcwdkkzxsgkdzXwwyyjqyytcytdjlxwkczkklcclzcqqdzlqlcsfqchqhsfsmqzzllbjjzbsjhtsjdysj\
    qjpdlzcdcwjkjzzlpycgmzwdjjbsjqzsyzyhhxcbbjydssddzncglqmbtsfcbfdzdlznfgfjgfsmptjqlmblgqcyyxbqkdxjqsrf\
    kztjdhczklbsdzcfYtplljgjhtxzcsszzxstCygkgckgyOqxjplzbbbgtgyjdgczqszlbjlsjfzgkqqjcgyczbzqtldxrjxbsxxp\
    zxhyzyclwdsjjhxmfczpfzhqhqmqgkslyhtycgfrzgnqxclpdlbzcsczqlljblhbdcypCzppdymtzsgyhckcpzjgslclnscdsldl\
    xbmsdlddfjmkdjdhslzxlszqpqpgjllybdszgqlbzlslkyyhzttncjyqtzzfszqztlljtyyllqllqyzqlbdzlslyyzymdfszsnhl\
    xznczqzbbwskrfbcyzmthblgjpmcZzcstlxshtzcyZlzblfeqhlxflcjlyljqcbzlzjghsstbrmhxzhjzclxfnbgxgtqjcztmsfz\
    kjmssnxljkbhszxntnlzdntlmsjXgzjyjczxyhyhwrwwqnztnfjscpzshzjfyrdjsfscjzbjfzqzchzlxfxsbzqlzsgyftzdcszx\
    zjbqmszkjrhxjzcgbjkhchgtJkjqglxbxfGdrtylxjxgdtsjxhjzjjcmzlcqsbtxhqgxttxhxftsdkfjhzyjfjxrzCdlllcqsqqz\
    qwqxswqtwgwbzcgcLlqzbclmqqtzgzxzxljfrmyzflxysqxxjkxrmjdcdmmyxbsqbhgcmwfwtgmxlzbyytgzyccdxyzxswgxyjyz\
    nbgpzjcqsyxcxrtfycgrhztxszzthcbfclsyxzljqmzlmplmxzjssFlbysmYqhxjsxrxsqzzzsslyflczjrcrxhhzxqydshxsjjh\
    zcxjbdynsysxjbqlpxzqpymlxzkyxlxcjlcycrxzzlLdlllsjyHzXGyjwkjrwyhcpsgnrzLfzwfzznsxgxflzsxzzzbfcsyjdbrj\
    krdhhGxjljjtgxjxxstjtjxlyxqfcsgswmsbctlqzzwlzzkxjmltmJyhsddBxgzhdlbmyjfrzfcgclyjbpmlysmsxlszjqQhJzfx\
    gfqfqbpxzgyyqxgztcqwyltlgwwgwhllfsfgzjmgmgbgtjfsyzzgzyzaflsspmlBflcwbjzcljjmzlpjjlymqdmyyyfbgygqzgly\
    zdxqyxrqqqhsxyyqqygjtyxfsfsllgnqcygycwfhcccfxbylypllzqxxxxxkqhhxshjDcfdsczjxcpzwhhhhhapylhalpqafyhxd\
    yllkmzQgggddesrnnDltzgchyBpysqjjhclljtolnjpzljlhymheydydsqycddhgzpndzclzywllznteytgxlhslpjjbdgwxpcdn\
    tjcklkclwkllcasstknzdnqnttlyyzssysszzryljqkcgbhhcrxrzydgrgcwcgzhfffppjfzynakrgywyqpqxxfkjtszzxswzddf\
    bbqtbgtzfznpzfpzxzpjszbmqhkcyxyldkljnypkyghgdcjxxeahpnzgctzcmxcxmmjxnkszqnmnlwbwwxjjyhclstmcsqDJcxxt\
    pcnPdtnnpglllzcjlspblplkcdtnjnLyYrscffjfqwdpgzdwmnzcclodaxnssnyzrestyjwjyjdbcfxnmwttBqlwstszgybljpxg\
    lboclgpcbjftmxzljylzxcltpnclcgxtfzjshcrxsfyszdkntlbyjcyjllstgqcbxnwzxbxklylhzlqzlnzcqwgzlgzjnCjgcmnz\
    zgjdzxtzjxycyycxxjyyxjjxsssjstssttppghtcsxwzdcsyfptfbchfBblzjclzzdbxgcxlqpxkfzflsyltywbmnjhskbmddbcy\
    sccldxycddqlyjjhmqllcsgljjsyfpyyccyltjAntjjpwycmmgqyysqdhqMzhszxpftwwzqswqrfkJlXjqqyfbrxjhhfwjgzyqac\
    myfrhcyybyqwlpexcczstyrltSdmqlykmbbgmyyJprknnbbsxyxbhyzdjdnghpmfsgbwfzmfJmmbCmzzcjjlcnyxyqgmlrygQccy\
    hzlwjgcjcggmcjjfyzzjhycfrrcmtzqzxhfqgdjxccjeaqcrjThpljlszdjrbcqhJdzrHXlyXjsymhzydwldfryhbbydtssccwbx\
    glpzmlzztqsscpjmmxjcSjytycGhycjwsnsxlFemwjnmkllswtxhyyygcmmcWjdqdjzglljwjnkhpzggflccsczmcbltbhbqjxqd\
    jpdjqtghglfqawbzyjjltstdhqhctcbchflqmpwdshyytqwcnztjtlbypbpdyyyxsqkxwyyflxxncwcxybmaelykkjmzzzbrxyaq\
    jfljpfhhhytzzxRgqqmhspgdzjwbwpjhzjdyscqwzkthxsqlzyymysdzgrxckkhjlwpysyscsyzlrmlqsyljxbcxtlhdqzpcycyk\
    pppnsxfyzjjrcemhszmsxlxglrwgcstlrsxbygbzgztcpldjlslylymdtmtcpalcxpqjcjwtcyyzlblxbzlqmyljbghdslssdmxM\
    bdczsxWhamlczcpjmcnhjyjnsygchskqmzzqdllkablwjqsfmocdxJrrlyqchjmybyqlrhetfjzfrfksryxfjdwdsxxlwsqjysly\
    xwjhsnlxyyxhbhawhhjcxwmyljcsqlkydttxbzsxfdxgxsjhhsxxybssxdpwncmrptJzczenygcxqfjxkjbdmljCmqqxloxslyxx\
    lylljdzbtymhbfsttqqwlhogyblscalzxqlhtwrrqhlstmypyxjjxmqsjpNbryxyjllyqylthylqyfmhkljdmllhfzwkzhljmlhl\
    jkljstlqxylmbhhlnlsxqchxcfxxlhyhjjgbyzzkbxscqdjqdsxjzsyhzHhmgsXcsymxfebcqwwrbpyyjqtyqcyjhqqzyhmwffhg\
    zfrjfcdbxndqyzpcyhhjlfrzgppxzdbbgzqStlgdgylcqmgchhmfywlzyxkjlypqHsywmqqgqzmlzjnsqxjqSyjtcbEhsxfssfxz\
    wfllbcyyjdytdthwzsfjmqqyjLmqsxlldttkhhybfpwdyysqqrnqwlgwdebdwcyygcdlkjxtmxmyjsxhybrwfymwfrxyQmXysctz\
    ztfykmldhqdlwyqnlcryjblpsxcxywlsbrrjwxhqybhtydnhhgmmywytzcsqmtssccdalwztcpqpyjllqzyjswxwzzmmglmxclmx\
    czmxmzsqtzppjqblpgxjzhfljjhycjsnxwcxsccdlxsyjdcqcxslqyclzxlzzxmxqrjmhrhzjphmfljlmlclqnldxzlllfypngjy\
    sxcqqdcmqjzzxhnpnxzmekmxXykyqlxsxtxjxyhwdcwdzhqyybgybcyscfgfSjnzdyzzjzxrzrqjjymcanhrjtldbpyzbstjhxxz\
    ypbdwfgzzrpymtngxzqbyxmbbfcckrjQjbjegrzgyclkxzdxkknsjkcljspgyyzlqqjybzssqlllkjfcBktylcccdblSppfylgyd\
    TzjyqggkqttfcxbdkdxxhybbfytyhbClpdytgdhryrnjsbtcsnyjqhklllzslydxxwbcjqsbxbfjzjcjdzfbxxbrmlazgcsnclbj\
    dstblfrzdswsbxbcllxxlzdjzsjpylyxxyfTfffbhjjJgbygjpmmmmsscljmtlyzjxswxtyledqpjmygqzjgdjlqjwjqllsdgJgy\
    gmscljjxdtygjqjqjcjzcjgdzdshqgsJggcjhqxsnjlzzbxhsgzxcxyljxyxyydfqqjhjfxdhctxjyrxysqtjxyefyyssyxjxncy\
    zxfxcsyszxyyschshxzzzgzzzgfjdldylnpzgyjyzyyqzpbxqbdztzczyxxyhhscxshcggqhjhgxwsztmzmehyxgebtylzkkwytj\
    zrclekestdbcykqqsayxcjxwwgsbhjszsdhcsjkqcxswxfctynyDpzcczjqtzwjqdzzzqzljchlsbhpydxpsxshhezdxfptjqyzz\
    xhyaxncfzyyhxgnqmywxtzsjpkhhgymxmxqcxtsbcqsjyxhtyylybcqlmmszmjzjllcogxzaajzyhjmchhcxzsxzdznleyjjzjbh\
    zwzzSqtzpsxztdsxjjjznyazphhyysrnqdthzhayjyjhdzxzlswclybzyecwcycrylcxnhzydzydyjdfrjjhtrsqtxyxjrjhojyn\
    xelxsfsfjzghpzSxzszdzcqzbyyklsgsjhczshdgqgxyzgxchxzjwyqwgyhkSseqzzndzfkwyssDclzstsymcdhjxxyweyxczayd\
    mpxmdsxybsqmjmzjmtzqlpjyqzcGqhxjhhhxxhlhdldjQsldwbsxfzzyyschtytyjbhecxhjkgjfxbhyzjfxbwhbdzfyzbcapnpg\
    nydmsxhkhhmamlnbyjtmpxyjmcthjbzyfcgtyhwphftgzzezsbzegpbmdskftycmhbllhgpzjxzjgzjyxzsbbqsczzlzccstpgxm\
    jsftcczjzdjxcybzlfcjsyzfgszlybcwzzbyzdzypswyjgxzbdsysxlgzbzfygczxbzhzftpbgzgejbstgkdmfhyzzJhzllzzgjq\
    zlsfdjsscbzgpdlfzfzszyzyzsygcxsntxchczxtzzljfzgqsqyxzjqccccdJcdxzjyqjccgxztdlgscxzsyjjqtcclQdqztqchq\
    qjztezzzpbkkdjfcjfztybqyqttynlmbdktjcpqzjdzfpjsbnjlgyjdxjdzqkzgqkxclpzjtcjdqbxdjjjstcjnxbxcmslyjcqmt\
    jqwwcjjnjnlllhjcwqtbzqyczczpzzdzyddcyzdzccjgtjfzdprntctjdcQtqndtjnMlzbcllctdsxkjzqDPzlbznbtjdcxfczDb\
    CcjjltqJpldcgzdbbzjcqdcjwynllzlzccdwllxwzlxrsntqjccxkjlsgdfqtddglrlajjtklymkqlldzytdyyCygjwyxdxfrsks\
    tcdenqmrkqzhhqkdldazfkypbggpzrebzzykyzspegjjghkqzzzslysywyzwfqznlzzlzhwcgkypqgnpgblplrrjyxcccgyhsfzf\
    wbzywtgzxyljczwhxzjzblfflgskhyjzeyjhlpllllCYgxdrzelrhgklzzyhzlyqszzjzqljzflnbhgwlczcfjwspyxNlzlxgccP\
    zbllcxbbbbxbbcbbcrnncccyrbbsyldcgqyyqxygmqzwtzydyjhyfwdehzdjywlccntzyjjcdedpzdztstqjhdymbjnyjzlxtsSt\
    phndjxxbyxqtzqddtjtdyztgwscszqflshlglbcjbhdlyzjyckwtydylbnydsdsycctyszyyebgexhqddwnYgyclxtdcystqmygz\
    asccszzddlcclzrqxyyeljsbymxshztembbllyyllytdqyshymrqxkfkbfxnxsbychXbwjyhtqbpbsbwdzylkgzskyghqzjHhxjx\
    gnljkzlyycdxlfwfghljgjybxblybxqpqgztzplncybxdjyqydymrbesjyyhkxxstmxrczzywxyhybmcflyzhqyzmqxdbxbzwzms\
    lpdmyckfmzklzcyjycClhxfzlydqzpzygyjyzmzxdzfyfyttqtChgsPczmlccytzxjcytjmkslpzhysnwllytpzctzzcktxdhxxt\
    qcypksmqccyyazhtjpcylzlyjbjxtFnyljyynrxcylmmnxjsmybcsysslZylXjjqyldzdpqbfzzblfndsqkczfhhhgqmrdsxycst\
    xnqqjpyjbfcxdyqfpnxejdgyqbsrcnfyyqpghyjdyzxgrhtkyleqdzntsmgklbsgbpyszbytjzsszjcssxzbhbsCsbzczptqfzlq\
    flypybbjgszmxxdjmthyskkbjtxhjcelbsmjyjzcxtmljyxrzzqscxxqptzxmkyxxxjcljprmyygadyskqlsadhrskqxzxztcghz\
    tlmlwxybwsycdbhjhcfcwzsxhytkzlxqshlyczjxtmplprcgltbzztlzjcyjgdtclglpllqpjmzpapxyzlkktkdnczzbnzCtdqqz\
    jyjgmctxltgcszlmlhbglkfwnwzhdxphlfmkydlgxdtwzfrjejctzhydxykshwfzcqshktmqqhtchymjdjskhxdjzbzzxympajqm\
    sdbxlsklyynwrtsqlscbpdbsgzwyhtlkssswhzzlyytnxjgmjszsxfwnlsoztxgxlsammlbwldszylakqcqctmycfjbslxclzjcl\
    xxksbzqclhjphqplsxsckslnhpsfqqytxjjzlqldxzjjzdyydjnzptfcdskjfsljhylzqjzlbthydgDjfdbyazxdzhzjnhhqbykn\
    xjjqczmlljzkspldsclbblxklelxjlbjycxjxgcnlcqplzlznjtzljgyzdzpltqcssfdmnycxgbtjdcznbgbqyqjwgkfhtnByqzq\
    gbkpbbyzmtjDytblsQmbsxtbnpdxklemyycjynzDtldykzzxDdxhqshDgmzsjycctayrzlpWltlkxslzcggexclfxlkjrtlqjaqz\
    ncmbqdkkcxglczjzxjhpTdjjmzqykqsecqzdshhadmlzfmmzbgntjnnlGbyjbrbtmlbyjdzxlCjlpldlpcqdhlhzlycblcxZcjad\
    qlmZmmsshmybhbskkbhrsxXjmxsdznzpxlbbraggGfchgmsklltsjyycqlcskywyehywhbhqywbawykqldqftntkhqcgdqktgpkx\
    hcpdhtwtmssyhbwcrwxhjmkmzngwtmlkfghkjylDyycxwhyEclqhkqhtDqHhffldxqwgzyydesbpkyrzpjfyyzjceqdzzDlAttBb\
    fjllcxdlmJsdxegygsjqxcfbxsszpdyzcxdnyxpfzydlyjcCplTxlsxyzyrxcyysDylwwndsahjsygyhgywKaxtjzdaxysrltdjs\
    sAxfnejdxyzhlxlllzhzsjnyqyqqxyjghzgjcyjchzlycdshwsgczyjxcllnxzjjyyxnfsmwfpylcyllabwddhwdxjmcxztzpmlq\
    zhsfhzynztlldywlslxhymmylmbwwkyxyadtXylldjpybpwfxjmmmllhafdllaflbhhhbqqJtzjcqjjdjtffkmmmbythyGdcqrdd\
    wrqjxnbySnmzdbyytbjhpybygtjxaahgqdqtmystQxkbtsbkjlxrbeqqhqmjjbdjwtgtbxpgbktlgqxjjjcdhxqdwjlwrfmqgwqh\
    ckryswgbtgygbwsdwdwrfhwytjjxxxjyzyslphyypayxhydqkxshxyxeskqhywbdddpplcjlhqeewxksyyhdyplfjthkjltcyyhh\
    JttpltzzcdlthqkcxqysteeywkyzyxxyysddjkllpwmcyhqgxyhcrmbxpllnqydqhxsxxwgdqbshyllpJJjtHyjkyphthyyktyez\
    yenmdshlCrpqfbgfxzbsbtlgxsjbswyysksflxlpplbbblbsfxfyzbsjssylpbbffffSscjdstzsxtryjcyffsytyzbjtbctsbsd\
    hrtjjbytcxyjeylxcbnebjdsysyhgsjzbxbytfzwgenyhhthjhaTfwgcstbgxklstywmtmbyxjskzscdyjrcytwxzfhmymcxlzns\
    djtTtxrycfyjsbsdyerxhljxbbdeynjghxgckgscymblxjmsznskgxfbnbbthfjaafxyxfpxmyfhdtzcxzzpxrsywzdlybbjtyqw\
    qjpzypzjznjpzjlztfysbttslmptzrtdxqsjehbzylzdhljsqmlhtxtjecxalzzspktlzkqqyfsygywpcpqfhqhytqxzkrsgtgsq\
    czlptxcdyyzssqzslxlzmacbcqbzyxhbsxlzdltcdjtylzjyytpzylltxjsjxhlbmyTxcqrblzssfjzztnjyDxmyjhlhpblcyxqj\
    qqkzzscpzkswalqsBlcczjsxgwwwygyatjbbctdkhqhkgtgpbkqyslbxBbckbmllxdzstbklggqkqlsbkkdfxrmdkbftpzfrtbbm\
    ferqgxkjpzsstlbzdpszqzsjthljqlzbpmsmmsxlqqnhknblrddnhxdhddjcyyGyfqgzlgsygmjqgkhbPmxyxlytqwlwgcpbmjxc\
    yzydrjbhtdjxeeshtmjsbyplwhlzffnypmhxqhpltbqpfbcwjdbygpnxtbfzjgsddtjshxeawzzyllttybwjkgxghlfkxdjtmszs\
    qynzggswqsphtlsskmclzxyszqzxncjdqgzdlfnykljcjllzlmzznhydsshthxzlzzbbhqzwwycrdhlyqqjbeyfsgxthsrxwqhwf\
    slmssgzttyeyqqwrslalhmjtqjsmxqbjjzjxzyzkxbyqxbjxshzssfglxmxzxfghkzszggylclsarjxhslllmzxelglxydjytlfb\
    hbpnlyzfbbhptGjkwetzhkjjxzxxglljlstgshjjyQlqzfkcgnndjsszfdbctwwseqfhqjbsaqtgypjlbxbmmywxgslzhglzgNyf\
    ljbyfdjfrgsfmbyzhqfbwjsyfyjjphzbyyzffwodgrlmftmlbzgycqxcdjygzyyyytytydwegazyhxjlzythlrmgrjxzclhneljj\
    thtbwjybjjbxjjtjteekhwsljplpsfazpqqbdlqjjtyyqlyzkdksqjyyjzldqcgjjyzjsycmraqthtejmfctyhypkmhycwjdcfhy\
    yxwshctxrljgjshccyyyjltkttytmxgtcjtzayyoczlylbszywjytsjyhbyshfjlygjxxtmzyyltxxypslxyjzyzyypnhmymdyyl\
    blhlsyygqllNjjymsoycbzgdlyxylcqyxtszegxhzglhwbljGeyxtwqmakbpqcgyshheGqcmwyywljyjhyyzlljjylhzyhmgsljl\
    jxcjjyclycjPcpzJzjmmylcjlnqljJjlxxjmlszljqlycmmhcfmmfpqqmfxlqmcffqmmmmhmznfhhjgtthhkhslnchhyqdxtmmqd\
    cydyxyqmyqylddcyyydazdcymzydlzfffmmycqcwzzmabtbyctdmndzggdftypcgqyttssffwbdtzqssystwjjhjytsxxylbyqhw\
    whxezxwznnQzjzjjQjccchyyxbzxccyjtllcqxknjycyycynzzqyyoewyczdcjycchyjlbtzKycqwlpgpyllgkdldlgkGqbGychj\
    xy.............................s.........gtm....gd.....................atn..................
    """

  /// Number of bytes of an entry of `several`.
  static let entryBytes = 7

  /// The ideographs that have more than one initial, in ascending order. Each entry is 3 bytes of UTF-8 and 4 bytes of
  /// initials, the most common one first, padded with blanks.
  static let several: StaticString = """
    丁dz  万wm  且qj  么my  乐ly  乘cs  乜mn  乾qg  亟jq  亹mw  仇cq  仡gy  会hk  传cz  伺cs  伽jgq 佃dt  佴en  侗dt  侥jy  \
    侧cz  便bp  俛fm  俞ys  俟qs  俶ct  倘tc  倞jl  偢cq  偲cs  傀gk  傳cz  僥jy  僮tz  儿er  兒ern 其qj  兹zc  冯fp  凹aw  \
    刨pb  券qx  刹sc  剎sc  剡sy  剿jc  勦cj  匙sc  区qo  區qo  卒zc  单dcs 卡kq  厂ca  厕cs  厦sx  参cs  參cs  叚xj  句jg  \
    叨dt  召zs  叶yx  吁xy  合hg  吋cy  吓xh  吡bp  否fp  吭kh  呆da  呎cy  呒wm  呔dt  呲cz  呵hak 呷gx  咀jz  咖kg  咯gkl \
    咳hk  哕hy  哦oe  哩ly  唔wn  唝gh  唡ly  唫jy  唬hx  啢ly  啴ct  喋dz  喏nr  喔ow  單dcs 喳zc  嗄as  嗌ay  嗒dt  嘏gj  \
    嘘xs  嘬cz  嘲cz  嘸fwm 嘽ct  嘿hm  噦hy  噱jx  嚄ho  嚇xh  嚣xa  囝jn  囤dt  圈qj  圜hy  圩wx  圻qy  坋bf  坏hp  坷kj  \
    坻cd  垌dt  埔bp  堆dz  堕dh  堡bp  堤dt  塔td  壳kq  夯hb  夹jg  夾jg  奇qj  契qx  奤ht  姥lm  娩mw  娭ax  婼cr  宿sx  \
    将jq  將jq  尉wy  尾wy  尿ns  屏pb  属sz  屬sz  屯tz  屹yg  峒dt  峙zs  峤jq  嵌qk  嶠jq  已ys  巷xh  市sf  帱cd  幢cz  \
    幬cd  广ga  廁cs  廆gw  廈sx  廑jq  弄nl  強qj  弹dt  强qj  彈dt  彊jq  彷fp  忪sz  怙ht  恫dt  恶ew  悝kl  惝ct  惡ew  \
    戆gz  戌xq  戏xh  戯hx  戲xh  扁bp  扒bp  扛kg  扞gh  扳bp  折zs  抝an  拗an  括kg  拽zy  挝wz  挟xj  掸ds  掺cs  提td  \
    揲ds  搒bp  摻cs  撣ds  撮cz  撾wz  擿tz  攒zc  斮cz  於yw  无wm  昳dy  晟cs  晻ay  暠gh  暧an  暴bp  曾cz  會hk  朝cz  \
    期qj  术sz  杓bs  杻cn  枞cz  枸gj  枹bf  柁dt  柜gj  查cz  柵sz  栅zs  栎ly  栖qx  栝gk  校xj  桧gh  椉cs  椎cz  椑bp  \
    椹sz  楂zc  楛hk  楯ds  楷kj  榜bp  槛kj  樂ly  樅cz  檜gh  檻kj  櫟ly  欸ae  欻cx  歘cx  歙sx  殖zs  殼kq  氏sz  氿gj  \
    汤ts  沈sc  沌dz  沓dt  泊pb  泌mb  泷ls  泺lp  洒sx  浅qj  浍hk  浒hx  浚jx  浬lh  涌yc  涡wg  涴wy  淺qj  渑ms  渦wg  \
    湫jq  湯ts  溃kh  溱qz  滀cx  滎xy  漯lt  澄cd  澠ms  澮hk  澹dt  濬jx  瀑pb  瀧ls  炅jg  炔gq  炮pb  焌jq  焘dt  無wm  \
    焯cz  煖nx  燾dt  犍jq  犛ml  率ls  玚cy  玢bf  瑒cy  町td  畜cx  番fp  畬sy  疋py  疟ny  瘈cz  瘧ny  盛sc  省sx  瞿qj  \
    矜jgq 石sd  砉hx  硌gl  硐dl  磅bp  磏lq  祇qz  祕mb  祢mn  祭jz  禅cs  禪cs  禰mn  种zc  秘mb  稽jq  窨xy  筠yj  筴cj  \
    筽ow  篸cz  粘zn  粥zy  系xj  絜jx  給gj  綝cl  綸lg  繁fp  繇yz  纚lx  红hg  纤xq  纥gh  纶lg  给gj  缉jq  缏bp  缲qs  \
    缴jz  罷bp  翟dz  耆qs  耑dz  耙bp  脦dt  脧jz  脯pf  腊lx  腌ya  膀bp  臭cx  般bp  艾ay  芒mw  芥jg  芧xz  苕st  苣jq  \
    茄jq  茈cz  茜qx  荑ty  荠jq  荤hx  荥xy  荨xq  莘sx  莞gw  莩fp  菀wy  葚rs  蔓mw  蔚wy  蕉jq  薺jq  藏cz  蘖nb  虹hj  \
    虾xh  蛇sy  蛤hg  蛸sx  蛾ey  蜡lz  蝤qy  蝦xh  行xh  衰sc  袷qj  裨bp  裳sc  裼tx  褚cz  覃tq  見jx  见jx  解jx  調dt  \
    識sz  识sz  说sy  调dt  谷gy  豈qk  贾jg  趄jq  趣qc  蹊qx  蹒mp  蹢dz  蹣pm  蹲dc  蹴cj  蹻jq  車cj  车cj  轧ygz 辗nz  \
    辟pb  适sk  遗yw  邪xy  郇hx  酂cz  酢cz  酦pf  醱fp  重zc  釐xl  鉏cj  錞cd  鐺dc  钯bp  钿dt  铅qy  铛dc  铤dt  铫dy  \
    铻wy  锬tx  镐gh  镡ctx 長zc  长zc  閒xj  閤gh  阇ds  阏ey  阘dt  阚hk  阽dy  阿ae  陂bp  降jx  陳cz  陶ty  隄dt  隗kw  \
    隩ay  霰xs  靓jl  革gj  靸st  鞘qs  頸jg  颈jg  颉jx  颌hg  颤cz  食sy  餳tx  饧tx  驮td  骀dt  骠bp  髈bp  鬲gl  魄pbt \
    鲑gx  鲭qz  鳥nd  鸟nd  鹄gh  鹘gh  麃pb  麇jq  麕jq  齊qjz 齐qj  龈ky  龜gjq 龟gjq 
    """
}
