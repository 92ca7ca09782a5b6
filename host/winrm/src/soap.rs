//! What is said to a Windows Remote Shell and how its answers are read: MS-WSMV 3.1.4 and DSP0226, envelopes of SOAP 1.2.
//! Knows no connection.

use crate::limits::{
    ANSWER_NODES_MAX, ENVELOPE_BYTES_MAX, FAULT_CHARS_MAX, ID_BYTES_MAX, OPERATION_TIMEOUT_S, SHELL_IDLE_S,
};
use crate::quote::CommandLine;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gyre_core::{Error, Result};
use roxmltree::{Document, Node, ParsingOptions};
use std::fmt::{self, Write as _};

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
const WSMAN: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
const MICROSOFT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
const FAULT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";
const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
const DONE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done";
const TERMINATE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate";

/// What is asked of a server.
#[derive(Clone, Copy)]
pub enum Ask<'a> {
    /// A shell: a place where programs run, and end with it.
    Create,
    /// A program, in a shell.
    Command(&'a CommandLine),
    /// Bytes for a program's standard input, and whether they are its last.
    Send(&'a str, &'a [u8], bool),
    /// What a program wrote, or that it ended.
    Receive(&'a str),
    /// The end of a program.
    Terminate(&'a str),
    /// The end of a shell.
    Delete,
}

impl Ask<'_> {
    fn action(self) -> String {
        match self {
            Self::Create => format!("{TRANSFER}/Create"),
            Self::Command(_) => format!("{SHELL}/Command"),
            Self::Send(..) => format!("{SHELL}/Send"),
            Self::Receive(_) => format!("{SHELL}/Receive"),
            Self::Terminate(_) => format!("{SHELL}/Signal"),
            Self::Delete => format!("{TRANSFER}/Delete"),
        }
    }

    /// The shell's and the command's own (MS-WSMV 3.1.4.11).
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Create => &[("WINRS_NOPROFILE", "TRUE"), ("WINRS_CODEPAGE", "65001")],
            // A pipe carries bytes, a console keys. With cmd.exe in between everywhere, since newer servers put it
            // there whatever is asked, and older ones find no program in PATH without it.
            Self::Command(_) => &[("WINRS_CONSOLEMODE_STDIN", "FALSE"), ("WINRS_SKIP_CMD_SHELL", "FALSE")],
            _ => &[],
        }
    }

    fn body(self) -> String {
        match self {
            Self::Create => format!(
                "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>\
                 <rsp:IdleTimeOut>PT{SHELL_IDLE_S}S</rsp:IdleTimeOut></rsp:Shell>"
            ),
            Self::Command(line) => {
                let program = format!("<rsp:Command>{}</rsp:Command>", escape(&line.program));
                let arguments = match line.arguments.as_str() {
                    "" => String::new(),
                    arguments => format!("<rsp:Arguments>{}</rsp:Arguments>", escape(arguments)),
                };
                format!("<rsp:CommandLine>{program}{arguments}</rsp:CommandLine>")
            }
            Self::Send(command, bytes, end) => format!(
                "<rsp:Send><rsp:Stream Name=\"stdin\" CommandId=\"{}\" End=\"{end}\">{}</rsp:Stream></rsp:Send>",
                escape(command),
                STANDARD.encode(bytes)
            ),
            Self::Receive(command) => format!(
                "<rsp:Receive><rsp:DesiredStream CommandId=\"{}\">stdout stderr</rsp:DesiredStream></rsp:Receive>",
                escape(command)
            ),
            Self::Terminate(command) => format!(
                "<rsp:Signal CommandId=\"{}\"><rsp:Code>{TERMINATE}</rsp:Code></rsp:Signal>",
                escape(command)
            ),
            Self::Delete => String::new(),
        }
    }
}

/// An envelope. `id` is the message's, `shell` what the server called the shell.
pub fn envelope(ask: Ask<'_>, to: &str, id: &str, shell: Option<&str>) -> String {
    let mut head = format!(
        "<a:To>{}</a:To><w:ResourceURI s:mustUnderstand=\"true\">{SHELL}/cmd</w:ResourceURI>\
         <a:ReplyTo><a:Address s:mustUnderstand=\"true\">{ANONYMOUS}</a:Address></a:ReplyTo>\
         <a:Action s:mustUnderstand=\"true\">{}</a:Action>\
         <w:MaxEnvelopeSize s:mustUnderstand=\"true\">{ENVELOPE_BYTES_MAX}</w:MaxEnvelopeSize>\
         <a:MessageID>{id}</a:MessageID><w:Locale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>\
         <p:DataLocale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>\
         <w:OperationTimeout>PT{OPERATION_TIMEOUT_S}S</w:OperationTimeout>",
        escape(to),
        ask.action(),
    );
    if let Some(shell) = shell {
        let shell = escape(shell);
        let _ =
            write!(head, "<w:SelectorSet><w:Selector Name=\"ShellId\">{shell}</w:Selector></w:SelectorSet>");
    }
    let options: String = ask.options().iter().map(|(name, value)| option(name, value)).collect();
    if !options.is_empty() {
        let _ = write!(head, "<w:OptionSet>{options}</w:OptionSet>");
    }
    format!(
        "<s:Envelope xmlns:s=\"{SOAP}\" xmlns:a=\"{ADDRESSING}\" xmlns:w=\"{WSMAN}\" xmlns:p=\"{MICROSOFT}\" \
         xmlns:rsp=\"{SHELL}\"><s:Header>{head}</s:Header><s:Body>{}</s:Body></s:Envelope>",
        ask.body()
    )
}

fn option(name: &str, value: &str) -> String {
    format!("<w:Option Name=\"{name}\">{value}</w:Option>")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Why a server did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Windows' own number; none where another server, or its web server, speaks.
    pub code: Option<u32>,
    /// In its words.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = if self.message.is_empty() { "it does not say why" } else { &self.message };
        match self.code {
            Some(code) => write!(f, "{message} (WSManFault {code})"),
            None => f.write_str(message),
        }
    }
}

/// What a program wrote since it was last asked for, and its status if it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Its exit status.
    pub status: Option<i32>,
}

/// An answer of a server.
pub struct Answer<'a>(Document<'a>);

impl<'a> Answer<'a> {
    /// Reads the answer to the message `id`, or a fault.
    ///
    /// # Errors
    /// `winrm.protocol`.
    pub fn read(body: &'a [u8], id: &str) -> Result<Self> {
        let text = std::str::from_utf8(body).map_err(|error| wrong("is not UTF-8").cause(error))?;
        let options =
            ParsingOptions { allow_dtd: false, nodes_limit: ANSWER_NODES_MAX, ..Default::default() };
        let text = text.trim_start_matches('\u{feff}');
        let document = Document::parse_with_options(text, options);
        let answer = Self(document.map_err(|error| wrong("is no XML that can be read").cause(error))?);
        if !answer.0.root_element().has_tag_name((SOAP, "Envelope")) {
            return Err(wrong("is no SOAP envelope"));
        }
        // Who could not read a request does not know its name: then all that is left is a fault.
        if answer.fault().is_some() {
            return Ok(answer);
        }
        let asked = answer.text(ADDRESSING, "RelatesTo")?;
        if asked.eq_ignore_ascii_case(id) { Ok(answer) } else { Err(wrong("belongs to another request")) }
    }

    /// That it is one.
    pub fn fault(&self) -> Option<Fault> {
        let fault = self.find(SOAP, "Fault")?;
        let windows = self.find(FAULT, "WSManFault");
        let words = windows
            .and_then(|detail| within(detail, FAULT, "Message"))
            .or_else(|| within(fault, SOAP, "Reason"));
        let code = windows.and_then(|detail| detail.attribute("Code")?.parse().ok());
        Some(Fault { code, message: words.map(words_of).unwrap_or_default() })
    }

    /// What the shell that was made is called.
    ///
    /// # Errors
    /// `winrm.protocol`.
    pub fn shell_id(&self) -> Result<String> {
        let is_id = |node: &Node<'_, '_>| {
            node.has_tag_name((WSMAN, "Selector")) && node.attribute("Name") == Some("ShellId")
        };
        let created = self.find(TRANSFER, "ResourceCreated").and_then(|made| made.descendants().find(is_id));
        id(created.and_then(|node| node.text()), "shell")
    }

    /// What the program that was started is called.
    ///
    /// # Errors
    /// `winrm.protocol`.
    pub fn command_id(&self) -> Result<String> {
        id(self.find(SHELL, "CommandId").and_then(|node| node.text()), "program")
    }

    /// What the program `command` wrote.
    ///
    /// # Errors
    /// `winrm.protocol`.
    pub fn received(&self, command: &str) -> Result<Received> {
        let response = self.find(SHELL, "ReceiveResponse").ok_or_else(|| wrong("says nothing of output"))?;
        let mut received = Received::default();
        for node in response.children().filter(Node::is_element) {
            if node.attribute("CommandId").is_some_and(|id| !id.eq_ignore_ascii_case(command)) {
                return Err(wrong("belongs to another program"));
            }
            if node.has_tag_name((SHELL, "Stream")) {
                received.take(node)?;
            } else if node.has_tag_name((SHELL, "CommandState")) && node.attribute("State") == Some(DONE) {
                received.status = Some(status(node)?);
            }
        }
        Ok(received)
    }

    fn find(&self, namespace: &str, name: &str) -> Option<Node<'_, 'a>> {
        within(self.0.root_element(), namespace, name)
    }

    fn text(&self, namespace: &str, name: &str) -> Result<&str> {
        let text = self.find(namespace, name).and_then(|node| node.text());
        text.map(str::trim).ok_or_else(|| wrong(&format!("lacks {name}")))
    }
}

impl Received {
    fn take(&mut self, stream: Node<'_, '_>) -> Result<()> {
        let into = match stream.attribute("Name") {
            Some("stdout") => &mut self.stdout,
            Some("stderr") => &mut self.stderr,
            _ => return Err(wrong("has a stream that was not asked for")),
        };
        let base64: String = stream.text().unwrap_or_default().split_ascii_whitespace().collect();
        let bytes =
            STANDARD.decode(base64).map_err(|error| wrong("has output that is not base64").cause(error))?;
        into.extend(bytes);
        Ok(())
    }
}

fn within<'a, 'b>(node: Node<'a, 'b>, namespace: &str, name: &str) -> Option<Node<'a, 'b>> {
    node.descendants().find(|node| node.has_tag_name((namespace, name)))
}

fn words_of(node: Node<'_, '_>) -> String {
    let texts: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    texts.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(FAULT_CHARS_MAX).collect()
}

/// Windows' statuses are unsigned, and some servers write them so.
fn status(state: Node<'_, '_>) -> Result<i32> {
    let code = within(state, SHELL, "ExitCode").and_then(|node| node.text()).unwrap_or_default().trim();
    let signed = code.parse::<i32>().ok().or_else(|| code.parse::<u32>().ok().map(u32::cast_signed));
    signed.ok_or_else(|| wrong("lacks the exit status of a program that ended"))
}

fn id(text: Option<&str>, of: &str) -> Result<String> {
    let id = text.unwrap_or_default().trim();
    if id.is_empty() || id.len() > ID_BYTES_MAX {
        return Err(wrong(&format!("does not say what the {of} is called")));
    }
    Ok(id.to_owned())
}

fn wrong(why: &str) -> Error {
    Error::other("winrm.protocol", format!("an answer of a WinRM server {why}"))
}

#[cfg(test)]
mod tests;
