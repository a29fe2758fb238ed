using System.Text;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Csc.Views;
using Appliance.Server.Options;

namespace Appliance.Server.Tests.Csc.Views;

public sealed class InfoViewTests
{
    private const string OAuth = "https://o.example";

    private const string Common =
        "\"methods\":[\"auth/login\",\"auth/revoke\",\"oauth2/token\",\"oauth2/revoke\",\"credentials/list\","
        + "\"credentials/info\","
        + "\"credentials/authorize\",\"credentials/extendTransaction\",\"signatures/signHash\",";

    private static readonly InfoSettings s_settings = new()
    {
        Name = "N",
        Logo = "https://l.example/logo.png",
        Region = "RO",
        Lang = "en-US",
        Description = "D",
    };

    [Fact]
    public void Version_1()
        => Assert.Equal(
            "{\"specs\":\"1.0.4.0\",\"name\":\"N\",\"logo\":\"https://l.example/logo.png\",\"region\":\"RO\","
                + "\"lang\":\"en-US\",\"description\":\"D\",\"authType\":[\"basic\",\"oauth2client\"],"
                + "\"oauth2\":\"https://o.example\"," + Common + "\"credentials/sendOTP\"]}",
            Encoding.UTF8.GetString(JsonReply.Encode(
                InfoView.Version1(s_settings, OAuth, hasTimestamps: false), AnswerJson.Default.InfoAnswerV1)));

    [Fact]
    public void Version_2()
        => Assert.Equal(
            "{\"specs\":\"2.2.0.0\",\"name\":\"N\",\"logo\":\"https://l.example/logo.png\",\"region\":\"RO\","
                + "\"lang\":\"en-US\",\"description\":\"D\",\"authType\":[\"basic\",\"oauth2client\"],"
                + "\"oauth2\":\"https://o.example\","
                + "\"asynchronousOperationMode\":false," + Common
                + "\"credentials/authorizeCheck\",\"credentials/getChallenge\"],\"validationInfo\":false,"
                + "\"supportedHashTypes\":[\"SHA-256\",\"SHA-384\",\"SHA-512\"],"
                + "\"signAlgorithms\":{\"algos\":[\"1.2.840.113549.1.1.11\",\"1.2.840.113549.1.1.12\","
                + "\"1.2.840.113549.1.1.13\",\"1.2.840.113549.1.1.10\",\"1.2.840.113549.1.1.1\","
                + "\"1.2.840.10045.4.3.2\",\"1.2.840.10045.4.3.3\",\"1.2.840.10045.4.3.4\",\"1.2.840.10045.2.1\"],"
                + "\"algoParams\":[]},\"signature_formats\":{\"formats\":[],\"envelope_properties\":[]},"
                + "\"conformance_levels\":[]}",
            Encoding.UTF8.GetString(JsonReply.Encode(
                InfoView.Version2(s_settings, OAuth, hasTimestamps: false), AnswerJson.Default.InfoAnswerV2)));
}
