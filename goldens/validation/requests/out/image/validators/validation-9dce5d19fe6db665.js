"use strict";
exports.request0 = validate1;
const schema1 = {"maximum":100,"type":"integer"};

function validate1(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate1.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(!(((typeof data == "number") && (!(data % 1) && !isNaN(data))) && (isFinite(data)))){
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/type",keyword:"type",params:{type: "integer"},message:"must be integer"});
}
errors++;
}
if((typeof data == "number") && (isFinite(data))){
if(data > 100 || isNaN(data)){
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"});
}
errors++;
}
}
validate1.errors = vErrors;
return errors === 0;
}
validate1.evaluated = {"dynamicProps":false,"dynamicItems":false};

exports.request1 = validate2;
const schema2 = {"items":{"type":"string"},"type":"array"};

function validate2(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate2.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(Array.isArray(data)){
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
if(typeof data[i0] !== "string"){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/" + i0,schemaPath:"#/items/type",keyword:"type",params:{type: "string"},message:"must be string"});
}
errors++;
}
}
}
else {
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"},message:"must be array"});
}
errors++;
}
validate2.errors = vErrors;
return errors === 0;
}
validate2.evaluated = {"items":true,"dynamicProps":false,"dynamicItems":false};

exports.request2 = validate3;
const schema3 = {"properties":{"id":false,"name":{"pattern":"^[a-z]+$","type":"string"},"owner":{"type":["string","null"]},"parent":{"$ref":"#/$defs/requestSchema0"}},"required":["name"],"type":"object"};
const func0 = Object.prototype.hasOwnProperty;
const func3 = require("portico/pattern").compile;
const pattern0 = func3("^[a-z]+$", "u");
const wrapper0 = {validate: validate3};

function validate3(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate3.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.name === undefined) || (!(func0.call(data, "name")))){
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"});
}
errors++;
}
if(data.id !== undefined && func0.call(data, "id")){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/id",schemaPath:"#/properties/id/false schema",keyword:"false schema",params:{},message:"boolean schema is false"});
}
errors++;
}
if(data.name !== undefined && func0.call(data, "name")){
let data1 = data.name;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z]+$"},message:"must match pattern \""+"^[a-z]+$"+"\""});
}
errors++;
}
}
else {
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"});
}
errors++;
}
}
if(data.owner !== undefined && func0.call(data, "owner")){
let data2 = data.owner;
if((typeof data2 !== "string") && (data2 !== null)){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/owner",schemaPath:"#/properties/owner/type",keyword:"type",params:{type: schema3.properties.owner.type},message:"must be string,null"});
}
errors++;
}
}
if(data.parent !== undefined && func0.call(data, "parent")){
if(!(wrapper0.validate(data.parent, {instancePath:instancePath+"/parent",parentData:data,parentDataProperty:"parent",rootData,dynamicAnchors}))){
errors += wrapper0.validate.errors.length;
vErrors = vErrors === null ? wrapper0.validate.errors : vErrors.length < 1000 ? vErrors.concat(wrapper0.validate.errors).slice(0, 1000) : vErrors;
}
}
}
else {
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"});
}
errors++;
}
validate3.errors = vErrors;
return errors === 0;
}
validate3.evaluated = {"props":{"id":true,"name":true,"owner":true,"parent":true},"dynamicProps":false,"dynamicItems":false};

exports.request3 = validate4;
const schema4 = {"type":"integer"};

function validate4(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate4.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(!(((typeof data == "number") && (!(data % 1) && !isNaN(data))) && (isFinite(data)))){
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/type",keyword:"type",params:{type: "integer"},message:"must be integer"});
}
errors++;
}
validate4.errors = vErrors;
return errors === 0;
}
validate4.evaluated = {"dynamicProps":false,"dynamicItems":false};

exports.response0 = validate5;
const schema5 = {"properties":{"id":{"type":"integer"},"name":{"pattern":"^[a-z]+$","type":"string"},"owner":{"type":["string","null"]},"parent":{"$ref":"#/$defs/responseSchema0"}},"required":["id","name"],"type":"object"};
const wrapper1 = {validate: validate5};

function validate5(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate5.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.id === undefined) || (!(func0.call(data, "id")))){
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "id"},message:"must have required property '"+"id"+"'"});
}
errors++;
}
if((data.name === undefined) || (!(func0.call(data, "name")))){
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"});
}
errors++;
}
if(data.id !== undefined && func0.call(data, "id")){
let data0 = data.id;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"});
}
errors++;
}
}
if(data.name !== undefined && func0.call(data, "name")){
let data1 = data.name;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z]+$"},message:"must match pattern \""+"^[a-z]+$"+"\""});
}
errors++;
}
}
else {
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"});
}
errors++;
}
}
if(data.owner !== undefined && func0.call(data, "owner")){
let data2 = data.owner;
if((typeof data2 !== "string") && (data2 !== null)){
if(errors < 1000){
(vErrors ??= []).push({instancePath:instancePath+"/owner",schemaPath:"#/properties/owner/type",keyword:"type",params:{type: schema5.properties.owner.type},message:"must be string,null"});
}
errors++;
}
}
if(data.parent !== undefined && func0.call(data, "parent")){
if(!(wrapper1.validate(data.parent, {instancePath:instancePath+"/parent",parentData:data,parentDataProperty:"parent",rootData,dynamicAnchors}))){
errors += wrapper1.validate.errors.length;
vErrors = vErrors === null ? wrapper1.validate.errors : vErrors.length < 1000 ? vErrors.concat(wrapper1.validate.errors).slice(0, 1000) : vErrors;
}
}
}
else {
if(errors < 1000){
(vErrors ??= []).push({instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"});
}
errors++;
}
validate5.errors = vErrors;
return errors === 0;
}
validate5.evaluated = {"props":{"id":true,"name":true,"owner":true,"parent":true},"dynamicProps":false,"dynamicItems":false};

exports.rules = JSON.parse("{\"basePath\":\"/v1\",\"operations\":[{\"operation\":\"list\",\"path\":[[\"pets\"]],\"parameters\":[{\"in\":\"query\",\"name\":\"limit\",\"isRequired\":false,\"form\":{\"kind\":\"style\",\"style\":\"form\",\"explode\":true,\"reading\":{\"types\":[\"number\"]}},\"schema\":\"request0\"},{\"in\":\"query\",\"name\":\"tags\",\"isRequired\":false,\"form\":{\"kind\":\"style\",\"style\":\"form\",\"explode\":false,\"reading\":{\"types\":[],\"items\":{\"types\":[\"string\"]}}},\"schema\":\"request1\"}]},{\"operation\":\"create\",\"path\":[[\"pets\"]],\"parameters\":[],\"body\":{\"isRequired\":true,\"contents\":[{\"range\":\"application/json\",\"schema\":\"request2\",\"fields\":{}}]}},{\"operation\":\"show\",\"path\":[[\"pets\"],[{\"parameter\":\"id\"}]],\"parameters\":[{\"in\":\"path\",\"name\":\"id\",\"isRequired\":true,\"form\":{\"kind\":\"style\",\"style\":\"simple\",\"explode\":false,\"reading\":{\"types\":[\"number\"]}},\"schema\":\"request3\"}],\"responses\":[{\"status\":\"200\",\"headers\":[],\"contents\":[{\"range\":\"application/json\",\"schema\":\"response0\",\"fields\":{}}]}]},{\"operation\":\"put\",\"path\":[[\"pets\"],[{\"parameter\":\"id\"}]],\"parameters\":[],\"responses\":[{\"status\":\"204\",\"headers\":[],\"contents\":[]}]}]}");
