"""The word lists of the example city: which tables administrations keep, and of what.

Belongs here: words alone, in a compact form that `vocabulary.py` reads. Does not belong here: code. Names
of items only; values, of a few tables about nobody, are made in `contents.py`.
"""

# letter | ending of the title | personal, if it is about persons or accounts; then its items, the first of
# which is the key: name=english_name:type and length; {o} stands for the object.
SHAPES = """
r 基本信息
  {o}编号=object_code:C32 {o}名称=object_name:C100 类别=category:C40 所属区县=district_name:C40
  地址=address:C200 经度=longitude:B 纬度=latitude:B 主管单位=authority_name:C100
  管理单位统一社会信用代码=manager_uscc:C18 联系电话=telephone:C20 启用日期=start_date:D
  运行状态=run_status:C20
s 统计数据
  统计记录号=stat_code:C32 统计年份=stat_year:I4 统计月份=stat_month:I2 所属区县=district_name:C40
  指标名称=indicator:C60 {o}数量=quantity:N12 计量单位=unit_name:C10 同比增长率=yoy_rate:N8
  环比增长率=mom_rate:N8 累计值=cumulative:N14 上年同期值=last_year:N14 发布机构=publisher:C100
m 监测数据
  监测记录号=monitor_id:C32 站点编号=station_code:C20 站点名称=station_name:C60 监测时间=monitor_time:T
  监测项目=monitor_item:C40 监测值=monitor_value:N12 计量单位=unit_name:C10 限值=limit_value:N12
  是否超限=is_over:L1 经度=longitude:B 纬度=latitude:B 设备编号=device_code:C32 设备状态=device_status:C20
c 办理记录 personal
  办件编号=case_no:C32 事项名称=matter_name:C100 申请人姓名=applicant_name:C60 公民身份号码=id_number:C18
  手机号码=mobile:C11 申请日期=apply_date:D 受理日期=accept_date:D 办结日期=finish_date:D
  办理结果=case_result:C20 办理机构=handling_body:C100 通讯地址=mail_address:C200 电子邮箱=email:C60
  申请方式=apply_channel:C20
l 许可名录
  许可证编号=licence_no:C40 单位名称=unit_name:C100 统一社会信用代码=uscc:C18
  法定代表人=legal_representative:C60 住所=domicile:C200 许可范围=licence_scope:C200 许可机关=licensor:C100
  许可日期=licence_date:D 有效期至=expiry_date:D 许可状态=licence_status:C20 经度=longitude:B
  纬度=latitude:B
p 人员信息 personal
  人员编号=person_code:C32 姓名=person_name:C60 性别=sex:C2 出生日期=birth_date:D 民族=ethnic_group:C20
  公民身份号码=id_number:C18 手机号码=mobile:C11 家庭住址=home_address:C200 文化程度=education_level:C20
  政治面貌=political_status:C20 工作单位=employer:C100 登记日期=register_date:D
i 检查结果
  检查编号=inspect_no:C32 被检查单位=inspected_unit:C100 统一社会信用代码=uscc:C18 检查日期=inspect_date:D
  检查事项=inspect_item:C100 检查结果=inspect_result:C20 问题描述=problem:M 整改期限=mend_before:D
  整改情况=mend_result:C200 检查机构=inspector:C100 处理意见=opinion:C200 复查日期=recheck_date:D
f 资金明细 personal
  明细编号=detail_no:C32 年度=fiscal_year:I4 项目名称=project_name:C100 收款单位=payee:C100
  统一社会信用代码=uscc:C18 开户行=bank_name:C60 银行账号=bank_account:C30 金额=amount:Y 拨付日期=pay_date:D
  资金来源=fund_source:C40 支出科目=expense_account:C40 用途=purpose:C200
"""

# Items that end the list of every table.
TAIL = """
  数据来源单位=source_unit:C100 行政区划代码=division_code:C6 数据状态=data_status:C10 版本号=version_no:C20
  数据更新时间=update_time:T 备注=remark:M
"""

# domain, theme; its objects with the letters of the shapes that they come in; items of tables about things;
# items of tables about persons and cases.
DOMAINS = """
government 公共服务
  objects 政府公报rs 规范性文件rs 督查事项rs 民生实事项目rsf 政务热线工单sc 政府信息公开申请sc
  重大建设项目rsf 建议提案rs
  things 文号=document_no:C60 成文日期=written_date:D 公开属性=disclosure:C20 主题分类=subject:C40
  责任单位=responsible_unit:C100
  persons 诉求类型=appeal_type:C40 诉求内容=appeal_content:M 满意度=satisfaction:C10
  回访时间=callback_time:T
finance 价格监管
  objects 部门预算rsf 政府采购项目rslf 惠民补贴sf 非税收入rs 国有资产rsi 代理记账机构lis 会计人员ps
  专项资金rsf
  things 预算科目=budget_account:C40 预算数=budget_amount:Y 执行数=executed_amount:Y
  收入项目=revenue_item:C60 资产原值=asset_cost:Y
  persons 企业账户名称=company_account:C100 个人账户标识=personal_account:C32 补贴标准=subsidy_rate:Y
  营业收入=turnover:Y
data 公共服务
  objects 公共数据目录rs 数据共享接口rsm 数据开放专区rs 政务信息系统rsi 电子证照rsc 授权运营协议rs
  数据安全事件rs
  things 接口地址=api_path:C200 调用次数=call_count:N12 平均响应时间=response_ms:N8 数据量=row_count:N14
  安全等级=security_level:C10
  persons 证照编号=certificate_no:C40 持证主体=certificate_holder:C100 用证场景=use_case:C60
  授权方式=consent_mode:C20
urban 城乡建设
  objects 公共停车场rsm 户外广告设施rlis 公共厕所rsmi 垃圾中转站rsm 环卫作业车辆rsm 市政井盖rsi 路灯rsm
  占道经营点rsi 建筑垃圾处置cli 共享单车停放点rsm 违法建设sci 城市照明能耗sm 园林绿地rsi 排水管网rsm
  things 泊位总数=berth_count:N8 收费标准=fee_rate:C100 权属单位=owner_unit:C100 养护单位=upkeep_unit:C100
  巡查频次=patrol_times:N4 网格编号=grid_code:C20 占地面积=land_area:N12 清运频次=clear_times:N4
  persons 案件来源=case_source:C20 违法事实=violation:M 处罚金额=fine_amount:Y 当事人类型=party_type:C20
  联系方式=contact:C40
parking 城乡建设
  objects 路内停车泊位rsm 停车收费记录sc 停车诱导屏rsm 充电车位rsm 停车场运营单位li 停车订单sc
  错峰共享泊位rs
  things 泊位编号=berth_no:C20 空闲泊位数=free_count:N8 道闸编号=gate_no:C20 计费规则=billing_rule:C200
  充电桩数量=charger_count:N6
  persons 车辆轨迹=vehicle_track:M 入场时间=entry_time:T 离场时间=exit_time:T 应收金额=due_amount:Y
  支付方式=pay_mode:C20
transport 公共服务
  objects 公交线路rsm 出租汽车企业lis 网约车平台lis 道路运输经营者lic 客运站rsm 桥梁rsm 港口码头rsi
  驾驶员培训机构lip 从业人员资格pcs 交通流量sm 物流园区rs 超限检测点rms 绿色出行s
  things 线路长度=line_km:N8 首末班时间=service_hours:C40 日均客流=daily_riders:N10 车辆数=vehicle_count:N8
  桥梁技术等级=bridge_grade:C10 通行能力=capacity:N10 车道数=lane_count:N4
  persons 从业资格证号=qualification_no:C40 准驾类型=permit_type:C10 继续教育学时=training_hours:N6
  违章次数=violation_count:N6 轨迹时间=track_time:T
road 城乡建设
  objects 国省干线公路rsm 隧道rsmi 养护工程rsif 公路标志标线rsi 路政许可lc
  things 路线编号=route_no:C20 起点桩号=start_stake:C20 止点桩号=end_stake:C20 路面类型=pavement:C20
  养护等级=upkeep_grade:C10 隧道长度=tunnel_m:N8
  persons 施工单位=builder:C100 监理单位=supervisor:C100 合同金额=contract_amount:Y 验收结论=acceptance:C20
bus 公共服务
  objects 公交车辆rsmi 公交站点rsm 公交运行班次sm 公交刷卡交易sc 首末站rs 驾驶员ps 新能源充电站rsm
  things 自编号=fleet_no:C20 能源类型=energy_type:C20 停靠线路=stop_lines:C200 发车间隔=headway:N4
  准点率=punctuality:N6 满载率=load_rate:N6
  persons 卡类型=card_type:C20 交易时间=trade_time:T 交易金额=trade_amount:Y 出行轨迹=trip_track:M
  换乘次数=transfer_count:N4
health 健康保障
  objects 医疗机构rlis 医师执业注册pcs 护士执业注册pcs 传染病报告sm 预防接种sc 妇幼健康服务sc 家庭医生签约sc
  公共场所卫生lis 饮用水卫生sm 职业病诊断sc 血液采供rsm 院前急救sm 食源性疾病sm 健康体检sc 消毒产品企业li
  things 床位数=bed_count:N8 诊疗科目=departments:C200 机构等级=grade:C10 报告病例数=case_count:N8
  发病率=incidence:N8 接种剂次=dose_count:N8 采样点=sample_point:C60
  persons 健康档案号=health_file_no:C32 诊断名称=diagnosis_name:C100 病史=medical_history:M
  体检结果=checkup_result:M 疫苗名称=vaccine:C60 就诊记录=visit_record:M 监护人=guardian:C60
hospital 健康保障
  objects 门诊就诊sc 住院病案sc 检验报告sc 医学影像sc 药品库存rsm 医疗设备rsmi 手术排程sc 号源rs 医疗收费sf
  科室rs 医护人员ps
  things 科室代码=dept_code:C20 库存数量=stock:N10 药品规格=drug_spec:C60 设备原值=device_cost:Y
  批次号=batch_no:C40
  persons 病历号=record_no:C32 诊断编码=diagnosis_code:C20 主诉=complaint:M 用药明细=medication:M
  手术名称=operation_name:C100 检验项目=test_item:C60 基因检测标识=gene_test:L1
  医保结算金额=insurance_amount:Y
market 信用体系
  objects 企业登记rslc 个体工商户rsc 食品经营lis 药品经营lis 特种设备rsil 计量器具rsi 产品质量抽检sim
  行政处罚si 经营异常名录rs 知识产权质押rs 消费投诉sc 检验检测机构lis 餐饮食品快检sm 价格监测sm 广告监测sm
  食品从业人员p
  things 企业名称=company_name:C100 经营范围=business_scope:M 注册资本=capital:Y 登记机关=registrar:C100
  企业类型=company_type:C40 抽检批次=batch_no:C40 不合格项目=failed_item:C100 处罚决定书文号=penalty_no:C60
  persons 经办人=handler:C60 投诉内容=complaint:M 争议金额=dispute_amount:Y
  健康证编号=health_certificate:C40 纳税额=tax_amount:Y
weather 应急维稳
  objects 自动气象站rsm 降水sm 气温sm 风速风向sm 能见度sm 雷电sm 气象预警rs 气候公报rs 农业气象sm
  空气负离子sm 防雷装置检测lis
  things 气温=air_temp:N6 降水量=rainfall:N6 相对湿度=humidity:N6 气压=pressure:N8 风速=wind_speed:N6
  风向=wind_direction:C10 预警等级=warn_level:C10 数据质量码=quality_code:C4
  persons 申请单位=applicant_unit:C100 用途说明=use_note:C200
ecology 生态环保
  objects 空气质量sm 地表水水质sm 排污许可lic 污染源在线rsm 危险废物经营lis 噪声sm 建设项目环评sc
  辐射安全许可li 固体废物rs 机动车排气检测sm 饮用水水源地rsm 环境信访sc 生态红线r
  things PM25浓度=pm25:N6 化学需氧量=cod:N8 氨氮=nh3n:N8 水质类别=water_class:C10 排放口编号=outlet_no:C20
  水源地取水口=intake_point:C60 达标率=pass_rate:N6
  persons 建设单位=builder:C100 环评类别=eia_type:C20 批复文号=approval_no:C60 信访内容=petition:M
  联系人=contact_name:C60
education 公共服务
  objects 中小学校rsi 幼儿园rsi 民办学校lis 教师资格pcs 义务教育入学sc 学籍sc 学生资助sf 校车rsi 考试报名sc
  考点考场rs 校外培训机构lis
  things 办学类型=school_type:C20 班级数=class_count:N6 在校生数=student_count:N8 学区范围=school_zone:C200
  建筑面积=floor_area:N10
  persons 学籍号=student_no:C32 监护人姓名=guardian_name:C60 准考证号=exam_no:C32 考试成绩=score:N6
  资助金额=aid_amount:Y 毕业学校=graduated_from:C100
labour 社会保障
  objects 社会保险参保sc 养老保险待遇scf 失业保险待遇sf 工伤认定sc 就业登记sc 职业技能鉴定sc 技能人才ps
  劳务派遣单位lis 人力资源机构lis 创业担保贷款sf 劳动监察si 零工市场rs 欠薪线索sc
  things 缴费基数=pay_base:Y 参保人数=insured_count:N10 岗位数=job_count:N8 用工单位=employer_unit:C100
  监察结论=finding:C40
  persons 社会保障号=social_no:C18 个人账户余额=account_balance:Y 待遇金额=benefit_amount:Y
  银行卡号=bank_card:C30 工种=trade:C40 伤残等级=disability_grade:C10
planning 城乡建设
  objects 不动产登记sc 土地出让rs 建设用地规划许可lc 建设工程规划许可lc 地质灾害点rsm 测绘资质单位lis
  矿业权rs 地名地址rs 控制性规划rs 耕地保护sm
  things 坐标系=crs:C20 图斑编号=parcel_no:C32 地类=land_use:C20 容积率=far:N6 用地面积=land_area:N12
  坐标串=coordinates:M 成交价=deal_price:Y
  persons 不动产单元号=estate_unit_no:C28 权利人=right_holder:C100 权利类型=right_type:C20
  居住地址=home_address:C200 抵押金额=mortgage:Y
water 能源安全
  objects 供水管网rsm 水库rsm 河道水位sm 取水许可lc 用水户sc 水质sm 排水泵站rsm 节水单位ls 山洪灾害点rsm
  things 管网压力=pipe_pressure:N6 水位=water_level:N8 蓄水量=storage:N12 流量=flow_rate:N8
  警戒水位=alert_level:N8 水厂名称=plant_name:C60
  persons 户号=account_no:C20 用水量=water_use:N8 水费金额=water_fee:Y 缴费账户=pay_account:C30
emergency 安全生产
  objects 应急避难场所rsi 应急物资rsm 危险化学品企业lis 安全生产事故sc 烟花爆竹零售点li 应急队伍rs 灾情sm
  安全培训sc 森林防火rm
  things 容纳人数=capacity:N8 应急物资储备量=reserve_quantity:N12 风险等级=risk_level:C10
  死伤人数=casualties:N6 影响面积=affected_area:N10 值守方式=duty_mode:C20
  persons 培训类别=training_type:C20 考核结果=test_result:C10 事故原因=accident_cause:M
  责任认定=liability:C100
culture 公共服务
  objects 旅游景区rsm 星级饭店rsi 旅行社lis 文物保护单位rsi 公共图书馆rs 馆藏图书rs 读者借阅sc 非遗项目rs
  文化活动rsc 导游p
  things 景区等级=scenic_grade:C10 最大承载量=max_load:N8 实时客流=visitor_count:N8 文物年代=era:C40
  索书号=call_no:C40 馆藏量=holding:N8
  persons 读者证号=reader_no:C20 借阅日期=borrow_date:D 归还日期=return_date:D 住宿记录=lodging_record:M
  导游证号=guide_no:C20
civil 社会保障
  objects 养老机构rlis 低保对象scf 婚姻登记sc 社会组织rls 殡葬服务rs 志愿服务项目rs 慈善捐赠rsf 残疾人补贴sf
  儿童福利机构r 行政区划r
  things 护理床位=care_beds:N8 服务半径=service_km:N6 登记证号=register_no:C40
  业务主管=supervising_unit:C100 捐赠物资=goods:C200
  persons 婚姻状况=marital_status:C10 保障金额=allowance:Y 残疾等级=disability_grade:C10
  未成年人标识=minor_flag:L1 宗教信仰=religion:C20 联系人=contact_name:C60
agriculture 食品药品安全
  objects 农产品质量检测smi 农业经营主体rls 耕地地力sm 畜禽养殖场rsi 农机购置补贴sf 农药经营li 渔船rs
  高标准农田rs 动物检疫sc 农村集体资产rsf
  things 作物品种=crop:C40 种植面积=plant_area:N10 存栏量=stock_count:N8 农药残留值=residue:N8
  土壤有机质=organic:N6 产量=yield_quantity:N10
  persons 农户编号=farmer_no:C20 补贴面积=subsidy_area:N10 补贴金额=subsidy_amount:Y
  机具型号=machine_model:C40 检疫证号=quarantine_no:C40
building 城乡建设
  objects 保障性住房rsc 城市更新项目rsf 综合管廊rsm 产业园区rs 租赁合同s
  things 房源编号=house_no:C20 建筑面积=floor_area:N10 管廊长度=gallery_km:N8 变电站编号=substation_no:C20
  租金标准=rent_rate:Y
  persons 承租人类型=tenant_type:C20 租赁期限=lease_months:N4 保证金=deposit:Y
"""
