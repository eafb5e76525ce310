# The formula for Homebrew. `make dist DOWNLOADS=https://…` fills in the version,
# the checksums and where the archives can be had, and writes it to dist/.
class Whyfix < Formula
  desc "Help sites from Markdown, with search that understands symptoms"
  homepage "@DOWNLOADS@"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "@DOWNLOADS@/whyfix-@VERSION@-darwin-arm64.tar.gz"
      sha256 "@SHA256_DARWIN_ARM64@"
    end
    on_intel do
      url "@DOWNLOADS@/whyfix-@VERSION@-darwin-amd64.tar.gz"
      sha256 "@SHA256_DARWIN_AMD64@"
    end
  end

  on_linux do
    on_arm do
      url "@DOWNLOADS@/whyfix-@VERSION@-linux-arm64.tar.gz"
      sha256 "@SHA256_LINUX_ARM64@"
    end
    on_intel do
      url "@DOWNLOADS@/whyfix-@VERSION@-linux-amd64.tar.gz"
      sha256 "@SHA256_LINUX_AMD64@"
    end
  end

  def install
    bin.install "whyfix"
    doc.install "README.md", "CHANGELOG.md", "THIRD_PARTY.txt", "docs"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/whyfix version")
    system bin/"whyfix", "init", "-language", "en", "help"
    cd "help" do
      system bin/"whyfix", "build", "-strict"
    end
  end
end
